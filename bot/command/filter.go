package command

import (
	"context"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// maxFilterWords is how many words one list of a filter may have.
const maxFilterWords = 50

// filterCommand serves "subscriptions filter 3 exclude football, "rugby union"
// sources Reuters, AP languages en match /tariffs?/" and "filter 3 off". What
// is not named stays.
func (h *Handler) filterCommand(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	number, words, _ := strings.Cut(arg, " ")
	sub, err := h.changeable(ctx, r, number)
	if err != nil {
		return bot.Reply{}, err
	}
	if sub.Kind == digest.FollowKind {
		return bot.Reply{}, digest.Errorf(digest.Invalid, "A followed story has no filter").WithHint("See /subscriptions.")
	}
	next := sub
	if next.Rules.Filter, err = h.readFilter(ctx, sub.Rules.Filter, strings.TrimSpace(words)); err != nil {
		return bot.Reply{}, err
	}
	return h.saveEdit(ctx, r, sub, next)
}

// filterField reads the field "filters" of a form, which holds the words that
// "subscriptions filter" takes: all that the filter shall be.
func (h *Handler) filterField(ctx context.Context, words string) (digest.Filter, error) {
	words = strings.Join(strings.Fields(words), " ")
	if words == "" {
		return digest.Filter{}, nil
	}
	f, err := h.readFilter(ctx, digest.Filter{}, words)
	return f, atItsField("filters", err)
}

// filterText is a filter in the words that filterField reads. ok is false for
// one that these cannot say, such as the phrase "include me".
func (h *Handler) filterText(ctx context.Context, f digest.Filter) (words string, ok bool) {
	var parts []string
	for _, p := range []struct {
		key    string
		values []string
	}{{"include", f.Include}, {"exclude", f.Exclude}, {"match", slashed(f.Match)}, {"unless", slashed(f.Unless)}, {"sources", f.Sources}, {"not sources", f.NotSources}, {"languages", f.Langs}} {
		if len(p.values) > 0 {
			parts = append(parts, p.key+" "+strings.Join(p.values, ", "))
		}
	}
	words = strings.Join(parts, " ")
	read, err := h.filterField(ctx, words)
	return words, err == nil && reflect.DeepEqual(read, f)
}

func slashed(expression string) []string {
	if expression == "" {
		return nil
	}
	return []string{"/" + expression + "/"}
}

// filterKey are the words that begin a part of a filter.
var filterKey = regexp.MustCompile(`(?i)(?:^|\s)(not\s+sources|include|exclude|match|unless|sources|languages|포함|제외|매체|언어)\s+`)

func (h *Handler) readFilter(ctx context.Context, f digest.Filter, words string) (digest.Filter, error) {
	if strings.EqualFold(words, "off") || words == "끄기" {
		return digest.Filter{}, nil
	}
	keys := filterKey.FindAllStringSubmatchIndex(words, -1)
	if len(keys) == 0 || keys[0][0] != 0 {
		return f, digest.Errorf(digest.Invalid, "Say what to filter by").WithHint(`For example: /subscriptions filter 3 exclude football, or off. Others: include, match, unless, sources, not sources, languages.`)
	}
	for i, k := range keys {
		end := len(words)
		if i+1 < len(keys) {
			end = keys[i+1][0]
		}
		key := strings.Join(strings.Fields(strings.ToLower(words[k[2]:k[3]])), " ")
		if err := h.filterPart(ctx, &f, key, strings.TrimSpace(words[k[1]:end])); err != nil {
			return f, err
		}
	}
	return f, nil
}

// filterPart sets one part of a filter.
func (h *Handler) filterPart(ctx context.Context, f *digest.Filter, key, value string) (err error) {
	switch key {
	case "include", "포함":
		f.Include, err = filterWords(value)
	case "exclude", "제외":
		f.Exclude, err = filterWords(value)
	case "match":
		f.Match, err = expression(value)
	case "unless":
		f.Unless, err = expression(value)
	case "sources", "매체":
		f.Sources, err = h.sourcesNamed(ctx, value)
	case "not sources":
		f.NotSources, err = h.sourcesNamed(ctx, value)
	default:
		f.Langs, err = languages(value)
	}
	return err
}

// filterWords are words or phrases with commas between them.
func filterWords(s string) ([]string, error) {
	var out []string
	for _, w := range strings.Split(s, ",") {
		w = strings.Join(strings.Fields(strings.Trim(strings.TrimSpace(w), `"“”`)), " ")
		if w == "" || slices.Contains(out, w) {
			continue
		}
		if !strings.ContainsFunc(w, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
			return nil, digest.Errorf(digest.Invalid, "“%s” has no letters, so it filters nothing", clip(w, 60)).WithHint("Words and phrases have commas between them.")
		}
		out = append(out, w)
	}
	switch {
	case len(out) == 0:
		return nil, digest.Errorf(digest.Invalid, "There are no words to filter by").WithHint("Words and phrases have commas between them.")
	case len(out) > maxFilterWords:
		return nil, digest.Errorf(digest.Invalid, "A filter has at most %d words", maxFilterWords)
	}
	return out, nil
}

// expression checks an RE2 expression, with or without slashes around it.
func expression(s string) (string, error) {
	if len(s) > 1 && s[0] == '/' && s[len(s)-1] == '/' {
		s = s[1 : len(s)-1]
	}
	if len(s) > digest.MaxExpression {
		return "", digest.Errorf(digest.Invalid, "The expression is longer than %d bytes", digest.MaxExpression)
	}
	re, err := digest.Expression(s)
	switch {
	case err != nil:
		return "", digest.Errorf(digest.Invalid, "The expression “%s” cannot be read: %s", clip(s, 60), strings.TrimPrefix(err.Error(), "error parsing regexp: ")).
			WithHint(`It is an RE2 expression, such as tariff(s|ed) or \bboj\b.`)
	case s == "" || re.MatchString(""):
		return "", digest.Errorf(digest.Invalid, "The expression “%s” matches everything", clip(s, 60)).WithHint(`For example: match /tariffs?/`)
	}
	return s, nil
}

func (h *Handler) sourcesNamed(ctx context.Context, s string) ([]string, error) {
	var out []string
	for _, name := range strings.Split(s, ",") {
		found, err := h.sourceNamed(ctx, strings.Trim(strings.TrimSpace(name), `"“”`))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, found) {
			out = append(out, found)
		}
	}
	return out, nil
}

var languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)

// languageNames are the languages that people name; any can be given by code.
var languageNames = map[string]string{"english": "en", "korean": "ko", "japanese": "ja", "chinese": "zh", "french": "fr", "german": "de", "spanish": "es",
	"russian": "ru", "arabic": "ar", "portuguese": "pt", "italian": "it", "영어": "en", "한국어": "ko", "일본어": "ja", "중국어": "zh"}

func languages(s string) ([]string, error) {
	var out []string
	for _, l := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ',' || r == ' ' }) {
		code := languageNames[l]
		if code == "" && languageCode.MatchString(l) {
			code = l
		}
		if code == "" {
			return nil, digest.Errorf(digest.Invalid, "I know no language “%s”", clip(l, 40)).WithHint("Give its code, such as en or ko.")
		}
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	if len(out) == 0 {
		return nil, digest.Errorf(digest.Invalid, "There is no language to filter by").WithHint("Give its code, such as en or ko.")
	}
	return out, nil
}
