# A static binary in an empty image: no shell, no package manager, no root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/daybrief ./cmd/daybrief \
 && mkdir -p /out/data

FROM scratch
# Time zones are inside the binary (time/tzdata); certificates are not.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/daybrief /daybrief
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
# Other containers and the health check reach it there; which address is open to the world is for "ports" to say.
ENV DAYBRIEF_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/daybrief", "healthcheck"]
ENTRYPOINT ["/daybrief"]
CMD ["serve"]
