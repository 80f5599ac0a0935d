package discordtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// EnvOpenAPI names a file with Discord's OpenAPI document. Without it the
// document is looked for beside the module, as ../shared/discord-openapi.json.
const EnvOpenAPI = "DAYBRIEF_DISCORD_OPENAPI"

// openapi loads the document once a process: it takes a fifth of a second.
var openapi = sync.OnceValues(func() (routers.Router, error) {
	path := documentPath()
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	doc.Servers = nil // paths are matched without host and version
	return legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
})

func documentPath() string {
	if p := os.Getenv(EnvOpenAPI); p != "" {
		return p
	}
	dir, err := os.Getwd()
	for err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, "go.mod")); statErr == nil {
			return filepath.Join(dir, "..", "shared", "discord-openapi.json")
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return "discord-openapi.json"
}

var apiVersion = regexp.MustCompile(`^/api(/v\d+)?`)

// checkOpenAPI checks a request against the document. Discord publishes it for
// version 10 of the API; version 9, which discordgo speaks, takes the same
// requests for all that is used here.
func checkOpenAPI(router routers.Router, req *http.Request, body []byte) error {
	r, err := http.NewRequestWithContext(context.Background(), req.Method, "/", io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return err
	}
	r.Header = req.Header.Clone()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		// body is its JSON alone: the document describes that as it does JSON.
		r.Header.Set("Content-Type", "application/json")
	}
	r.URL = &url.URL{Path: apiVersion.ReplaceAllString(req.URL.Path, ""), RawQuery: req.URL.RawQuery}
	route, params, err := router.FindRoute(r)
	if err != nil {
		return fmt.Errorf("%s %s is not in the document: %w", req.Method, r.URL.Path, err)
	}
	err = openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	if err == nil {
		return nil
	}
	text := err.Error()
	if lines := strings.SplitN(text, "\n", 2); len(lines) > 1 {
		text = lines[0]
	}
	return fmt.Errorf("%s %s breaks the document: %s", req.Method, r.URL.Path, text)
}
