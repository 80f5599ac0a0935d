package feed

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/daybrief/daybrief/digest"
)

// AllowRule lets an address through that is not public, for feeds of an
// intranet.
type AllowRule struct {
	Prefix netip.Prefix
	Port   uint16 // 0 for every port
}

// ParseAllow reads "10.1.0.0/16", "10.1.2.3", "10.1.2.3:8080" or "[fd00::1]:80".
func ParseAllow(s string) (AllowRule, error) {
	s = strings.TrimSpace(s)
	if p, err := netip.ParsePrefix(s); err == nil {
		return AllowRule{Prefix: p.Masked()}, nil
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return AllowRule{Prefix: netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())}, nil
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		a := ap.Addr().Unmap()
		return AllowRule{Prefix: netip.PrefixFrom(a, a.BitLen()), Port: ap.Port()}, nil
	}
	return AllowRule{}, digest.Errorf(digest.Invalid, "%q is not an address or a range of addresses", s).
		WithHint("Write it like 10.1.0.0/16, 10.1.2.3 or 10.1.2.3:8080.")
}

func (r AllowRule) allows(a netip.Addr, port uint16) bool {
	return r.Prefix.Contains(a) && (r.Port == 0 || r.Port == port)
}

// blockedError says that an address is not public.
type blockedError struct{ addr netip.Addr }

func (e *blockedError) Error() string {
	return fmt.Sprintf("the address %s is not a public one", e.addr)
}

// guard returns a function for net.Dialer.Control: it sees the address that
// is really about to be connected to, after name resolution and for every
// redirect, so that no answer of a name server can lead inside.
func guard(allow []AllowRule) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		host, portText, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		addr, err := netip.ParseAddr(host)
		if err != nil {
			return err
		}
		port, _ := strconv.ParseUint(portText, 10, 16)
		addr = addr.WithZone("")
		for _, rule := range allow {
			if rule.allows(addr.Unmap(), uint16(port)) {
				return nil
			}
		}
		if !isPublic(addr) {
			return &blockedError{addr}
		}
		return nil
	}
}

// Special-purpose blocks of IPv4 that are not reachable by the public, after
// the registry of RFC 6890 (https://www.iana.org/assignments/iana-ipv4-special-registry),
// and the one public address that a cloud uses for its own services.
var notPublic4 = sync.OnceValue(func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8",        // this network
		"10.0.0.0/8",       // private
		"100.64.0.0/10",    // shared by carriers; a cloud's metadata
		"127.0.0.0/8",      // loopback
		"168.63.129.16/32", // a cloud's own services
		"169.254.0.0/16",   // link-local; clouds' metadata
		"172.16.0.0/12",    // private
		"192.0.0.0/24",     // protocol assignments; a cloud's metadata
		"192.0.2.0/24",     // documentation
		"192.88.99.0/24",   // 6to4 relays
		"192.168.0.0/16",   // private
		"198.18.0.0/15",    // benchmarks
		"198.51.100.0/24",  // documentation
		"203.0.113.0/24",   // documentation
		"224.0.0.0/3",      // multicast, reserved, broadcast
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
})

// isPublic reports whether the public can reach an address. Of IPv6 only
// global unicast (2000::/3) is, without its special blocks: Teredo and other
// assignments, documentation, 6to4. IPv4 within IPv6 is judged as IPv4:
// mapped addresses, and those behind the well-known NAT64 prefix, under which
// networks without IPv4 see all of it. Other forms that carry IPv4 are
// refused.
func isPublic(a netip.Addr) bool {
	if a.Is4() || a.Is4In6() {
		a = a.Unmap()
		for _, p := range notPublic4() {
			if p.Contains(a) {
				return false
			}
		}
		return true
	}
	b := a.As16()
	if strings.HasPrefix(string(b[:]), "\x00\x64\xff\x9b\x00\x00\x00\x00\x00\x00\x00\x00") {
		return isPublic(netip.AddrFrom4([4]byte(b[12:])))
	}
	switch {
	case b[0]&0xe0 != 0x20: // outside 2000::/3
		return false
	case b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02: // 2001::/23
		return false
	case b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8: // 2001:db8::/32
		return false
	case b[0] == 0x20 && b[1] == 0x02: // 2002::/16
		return false
	case b[0] == 0x3f && b[1] == 0xff && b[2] < 0x10: // 3fff::/20
		return false
	}
	return true
}

// SourceURL checks an address that someone wants read and returns the form in
// which it is stored. Credentials are refused: they would be stored, shown
// and logged.
func SourceURL(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	if raw != "" && !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", digest.Errorf(digest.Invalid, "the address cannot be read")
	}
	if u.User != nil {
		return "", digest.Errorf(digest.Invalid, "the address carries a user name or password, which would be stored and shown").
			WithHint("Use an address that works without them.")
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return "", digest.Errorf(digest.Invalid, "only http and https addresses can be read")
	}
	u.Host = strings.ToLower(u.Host)
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
