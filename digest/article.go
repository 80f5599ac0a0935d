package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of an article, in bytes. A longer title or body is cut at a rune
// boundary by Clean: no reader needs more, and no index should pay for it.
const (
	MaxTitle = 1 << 10
	MaxBody  = 256 << 10
	MaxURL   = 4 << 10
)

// Article is one stored piece. A headline without a body is an article too.
type Article struct {
	ID        int64     // the store's row; 0 before it is stored
	GUID      string    // the id its source or import file gives it; may be empty
	URL       string    // canonical, see CanonicalURL; may be empty
	Title     string    // plain text, one line; never empty once clean
	Body      string    // plain text, paragraphs separated by a blank line; may be empty
	Author    string    // plain text; may be empty
	Source    string    // the name of the Source
	Published time.Time // what the source says; zero when it says nothing usable
	Stored    time.Time // when this program first saw it; never changes
	Lang      string    // BCP 47 such as "en" or "ko"; "" when unknown
	Sample    bool      // it came with the program, to show a full digest
	Revision  int       // 1 for the first text seen, one more with each change of the text

	Countries []Tag // strongest first; includes weak ones, see Tag.Firm
	Topics    []Tag // strongest first; includes weak ones
	StoryID   int64 // 0 until grouped
}

// Time is when the article counts as news: the published time, or the first
// sight of it where that is missing or lies in the future.
func (a *Article) Time() time.Time {
	if a.Published.IsZero() || (!a.Stored.IsZero() && a.Published.After(a.Stored)) {
		return a.Stored
	}
	return a.Published
}

// Identity is the key under which an article is stored once, 32 hex digits:
// the id its source gives it, else its address, else its title and source.
// A date is never a part of it, since dates change and lie.
func (a *Article) Identity() string {
	var key string
	switch {
	case a.GUID != "":
		key = "guid\x00" + a.Source + "\x00" + a.GUID
	case a.URL != "":
		key = "url\x00" + a.URL
	default:
		key = "title\x00" + a.Source + "\x00" + strings.ToLower(strings.Join(strings.Fields(a.Title), " "))
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

// PublicID is the id that programs see: the GUID where there is one, else
// "a" and the row's number.
func (a *Article) PublicID() string {
	if a.GUID != "" {
		return a.GUID
	}
	return "a" + itoa(a.ID)
}

// Clean brings the text fields into their stored form (valid UTF-8, no
// control or bidirectional override characters, limits kept, canonical URL)
// and reports an Invalid error when nothing usable is left.
func (a *Article) Clean() error {
	a.Title = cut(strings.Join(strings.Fields(cleanText(a.Title)), " "), MaxTitle)
	a.Body = cut(strings.TrimSpace(cleanText(a.Body)), MaxBody)
	a.Author = cut(strings.Join(strings.Fields(cleanText(a.Author)), " "), MaxTitle)
	a.Source = cut(strings.Join(strings.Fields(cleanText(a.Source)), " "), MaxTitle)
	a.GUID = cut(strings.TrimSpace(cleanText(a.GUID)), MaxURL)
	if a.Title == "" {
		return Errorf(Invalid, "the title is missing")
	}
	if a.URL != "" {
		u, err := CanonicalURL(a.URL)
		if err != nil {
			return err
		}
		a.URL = u
	}
	a.Published = a.Published.UTC()
	return nil
}

// trackingParams are query parameters that name the reader's way to a page
// and not the page. A trailing * stands for any ending.
var trackingParams = []string{
	"utm_*", "at_medium", "at_campaign", "at_custom*", "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid",
	"mc_cid", "mc_eid", "cmpid", "ocid", "ns_mchannel", "ns_source", "ns_campaign", "ncid", "smid", "soc_src",
	"soc_trk", "taid", "wt_mc", "xtor", "_hsenc", "_hsmi", "spm", "feedtype", "feedname", "cid_source",
}

// CanonicalURL returns the one form under which a page is stored: http or
// https, lower-case host without default port, no credentials, no fragment,
// no tracking parameters. Anything else is an Invalid error.
func CanonicalURL(raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	if len(raw) > MaxURL {
		return "", Errorf(Invalid, "the address is longer than %d bytes", MaxURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", Errorf(Invalid, "the address cannot be read")
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return "", Errorf(Invalid, "the address is not an http or https address")
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && !(u.Scheme == "http" && p == "80") && !(u.Scheme == "https" && p == "443") {
		host += ":" + p
	}
	u.Host, u.User, u.Fragment, u.RawFragment = host, nil, "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery = dropTracking(u.RawQuery)
	return u.String(), nil
}

func dropTracking(query string) string {
	if query == "" {
		return ""
	}
	kept := make([]string, 0, 4)
	for _, pair := range strings.Split(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if pair != "" && !isTracking(strings.ToLower(name)) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

func isTracking(name string) bool {
	for _, p := range trackingParams {
		if prefix, ok := strings.CutSuffix(p, "*"); (ok && strings.HasPrefix(name, prefix)) || name == p {
			return true
		}
	}
	return false
}

// cleanText drops what has no place in stored text: invalid UTF-8, control
// characters other than newline and tab, and the characters that turn the
// direction of writing or hide (they are how a headline can lie about where
// it links).
func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == utf8.RuneError, r < 0x20, r >= 0x7f && r < 0xa0:
			return -1
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c, r == 0xfeff:
			return -1
		}
		return r
	}, s)
}

// cut returns at most limit bytes of s, ending at a rune boundary.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
