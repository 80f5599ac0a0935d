package feed

import (
	"net/netip"
	"testing"

	"github.com/daybrief/daybrief/digest"
)

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "172.15.0.1": true, "172.32.0.1": true, "192.167.1.1": true, "100.63.0.1": true,
		"2606:4700::1111": true, "2a00:1450:4001::1": true, "2001:4860::8888": true, "::ffff:8.8.8.8": true, "64:ff9b::808:808": true,

		"0.0.0.0": false, "10.0.0.1": false, "100.64.0.1": false, "100.100.100.200": false, "127.0.0.1": false, "127.255.255.254": false,
		"169.254.169.254": false, "172.16.0.1": false, "172.31.255.255": false, "192.0.0.192": false, "192.0.2.1": false,
		"192.168.0.1": false, "198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false, "240.0.0.1": false,
		"255.255.255.255": false, "168.63.129.16": false, "192.88.99.1": false,
		"::": false, "::1": false, "::ffff:10.0.0.1": false, "::ffff:127.0.0.1": false, "::10.0.0.1": false, "64:ff9b::10.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b:1::10.0.0.1": false, "2002:a00:1::1": false, "2002:808:808::1": false, "2001::1": false,
		"2001:db8::1": false, "fc00::1": false, "fd00:ec2::254": false, "fe80::1": false, "fec0::1": false, "ff02::1": false, "100::1": false,
		"3fff::1": false, "5f00::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}

func TestGuardAllows(t *testing.T) {
	t.Parallel()
	var rules []AllowRule
	for _, s := range []string{"10.1.0.0/16", "192.168.7.7", "127.0.0.1:8080", "[fd00::1]:80"} {
		r, err := ParseAllow(s)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, r)
	}
	check := guard(rules)
	for address, want := range map[string]bool{
		"10.1.2.3:80": true, "[::ffff:10.1.2.3]:443": true, "10.2.0.1:80": false, "192.168.7.7:443": true, "192.168.7.8:443": false,
		"127.0.0.1:8080": true, "127.0.0.1:8081": false, "[fd00::1]:80": true, "[fd00::1]:81": false, "8.8.8.8:80": true,
		"[fe80::1%eth0]:80": false, "nonsense": false, "name:80": false,
	} {
		if got := check("tcp", address, nil) == nil; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if _, err := ParseAllow("intranet"); digest.CodeOf(err) != digest.Invalid || digest.HintOf(err) == "" {
		t.Errorf("%v", err)
	}
}

func TestSourceURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://News.Example.org/feed#top":   "https://news.example.org/feed",
		" example.org/feed?format=rss ":       "https://example.org/feed?format=rss",
		"http://example.org":                  "http://example.org",
		"https://user:secret@example.org/":    "",
		"ftp://example.org/":                  "",
		"file:///etc/passwd":                  "",
		"":                                    "",
		"https://":                            "",
		"https://exa mple.org/":               "",
		"javascript:alert(1)//example.org://": "",
	} {
		got, err := SourceURL(raw)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", raw, got, err)
		}
	}
}

func TestCountryOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://www.yna.co.kr/rss": "KR", "https://feeds.bbci.co.uk/news": "GB", "https://nhk.jp/": "JP", "https://example.org/": "",
		"https://news.io/feed": "", "https://a.tv/": "", "http://10.0.0.1/": "", "https://localhost/": "", "not an address": "", "https://x.de": "DE",
	} {
		if got := CountryOf(address); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
}
