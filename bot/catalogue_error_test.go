package bot_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// speaking are the folders whose errors a person in a conversation can meet,
// with the files whose errors only whoever runs the bot or calls it by program
// sees. A new file speaks to people until it stands here.
var speaking = map[string][]string{
	".":               nil,
	"command":         nil,
	"schedule":        nil,
	"deliver":         nil,
	"slack":           {"answer.go", "app.go", "find.go", "inbound.go", "manifest.go", "render.go", "send.go", "socket.go"},
	"discord":         {"commands.go", "discord.go", "find.go", "gateway.go", "interaction.go", "render.go", "rest.go", "route.go", "shard.go"},
	"web":             {"api.go"},
	"../digest/alert": nil,
	"../digest/brief": nil,
	"../digest/query": nil,
}

// errorFormats are those of the errors that the code of a folder makes, each
// with its file.
func errorFormats(t *testing.T, dir string, without []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	parsed(t, dir, func(path string, file *ast.File) {
		if filepath.Dir(path) != filepath.Clean(dir) || slices.Contains(without, filepath.Base(path)) {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if format, ok := errorFormat(n); ok {
				out[format] = path
			}
			return true
		})
	})
	return out
}

// errorFormat is the format of a call of digest.Errorf or WithHint; what it is
// where it is not written out, so that this is found to have no Korean.
func errorFormat(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return "", false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	at := 0
	if from, ok := sel.X.(*ast.Ident); ok && from.Name == "digest" && sel.Sel.Name == "Errorf" {
		at = 1
	} else if sel.Sel.Name != "WithHint" {
		return "", false
	}
	if len(call.Args) <= at || isInternal(call.Args[0]) {
		return "", false
	}
	lit, ok := call.Args[at].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "a format that is not written out", true
	}
	format, err := strconv.Unquote(lit.Value)
	return format, err == nil
}

// isInternal tells the code of a fault of the program, whose text no person
// sees.
func isInternal(code ast.Expr) bool {
	sel, ok := code.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Internal"
}

func TestEveryErrorHasItsKorean(t *testing.T) {
	t.Parallel()
	korean := bot.KoreanErrors()
	used := map[string]bool{}
	for dir, without := range speaking {
		for format, where := range errorFormats(t, dir, without) {
			used[format] = true
			if korean[format] == "" {
				t.Errorf("%s says %q, which has no Korean", where, format)
			}
		}
	}
	// The store's, and those of the program's own chat, stand among others that
	// are for whoever runs the bot.
	for _, dir := range []string{"../digest/store", "../cmd/daybrief"} {
		for format := range errorFormats(t, dir, nil) {
			used[format] = true
		}
	}
	for format := range korean {
		if !used[format] {
			t.Errorf("the Korean of %q is of no error", format)
		}
	}
}

// verbs of a text, each with the number of the value that it shows, in the
// order of the values.
func verbs(text string) string {
	var out []string
	for i, v := range regexp.MustCompile(`%(\[\d+\])?([a-z%])`).FindAllStringSubmatch(text, -1) {
		number := strings.Trim(v[1], "[]")
		if number == "" {
			number = strconv.Itoa(i + 1)
		}
		// A cause is a value like any other where it is only shown.
		out = append(out, number+strings.NewReplacer("w", "s", "v", "s").Replace(v[2]))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestKoreanErrorsFillInTheSame(t *testing.T) {
	t.Parallel()
	for _, texts := range []map[string]string{bot.KoreanErrors(), bot.KoreanTold()} {
		for format, text := range texts {
			if verbs(format) != verbs(text) {
				t.Errorf("%q and its Korean %q fill in different values", format, text)
			}
			if strings.HasSuffix(format, ".") && !strings.HasSuffix(text, ".") {
				t.Errorf("%q is a whole sentence and its Korean %q is none", format, text)
			}
		}
	}
	for key := range bot.KoreanTold() {
		if strings.Count(key, "%") > 1 {
			t.Errorf("%q fills in more than one value, which is not found again", key)
		}
	}
}

func TestErrorsInWords(t *testing.T) {
	t.Parallel()
	ko, en := bot.WordsIn("ko"), bot.WordsIn("en-GB")
	inner := digest.Errorf(digest.Invalid, "there is no time zone %q", "Mars/Base")
	for _, c := range []struct {
		err                            error
		koWhat, koHint, enWhat, enHint string
	}{
		{digest.Errorf(digest.Invalid, "The number of stories must be from 1 to %d", 25), "소식 수는 1에서 25까지 정할 수 있습니다.", "", "The number of stories must be from 1 to 25.", ""},
		{digest.Errorf(digest.Invalid, "I don't know the %s “%s”", digest.Term("topic"), "topic").WithHint("leave out “%s:” to look for the word", "topic"),
			"모르는 주제입니다: “topic”.", "단어로 찾으려면 “topic:”를 빼세요.", "I don't know the topic “topic”.", "Leave out “topic:” to look for the word."},
		{digest.Errorf(digest.Forbidden, "I can't post in %s: I lack %s", "#desk", digest.Terms{"View Channel", "A New Right"}),
			"#desk에 글을 올릴 수 없습니다. 없는 권한: 채널 보기, A New Right.", "", "I can't post in #desk: I lack View Channel, A New Right.", ""},
		{digest.Errorf(digest.Invalid, "the schedule %q cannot be read: %s", "x", inner), "일정 \"x\"을(를) 읽을 수 없습니다: \"Mars/Base\" 시간대는 없습니다.", "",
			"The schedule \"x\" cannot be read: there is no time zone \"Mars/Base\".", ""},
		// What is to be typed ends without a full stop, which would be typed too.
		{digest.Errorf(digest.Invalid, "I can forget you alone").WithHint("Type: /subscriptions forget me"), "본인의 정보만 지울 수 있습니다.", "이렇게 입력하세요: /subscriptions forget me",
			"I can forget you alone.", "Type: /subscriptions forget me"},
		{digest.Errorf(digest.Conflict, "this is said nowhere").WithHint("there is nothing to do"), "This is said nowhere.", "There is nothing to do.", "This is said nowhere.", "There is nothing to do."},
		{digest.Errorf(digest.Internal, "row 7 is odd"), "프로그램 오류로 처리하지 못했습니다. 원인은 로그에 있습니다.", "", "That did not work because of a fault in the program; the log has its cause.", ""},
		{context.Canceled, "프로그램 오류로 처리하지 못했습니다. 원인은 로그에 있습니다.", "", "That did not work because of a fault in the program; the log has its cause.", ""},
		{fmt.Errorf("read it: %w", inner), "\"Mars/Base\" 시간대는 없습니다.", "", "There is no time zone \"Mars/Base\".", ""},
	} {
		if what, hint := ko.Error(c.err); what != c.koWhat || hint != c.koHint {
			t.Errorf("Korean of %v: %q, %q", c.err, what, hint)
		}
		if what, hint := en.Error(c.err); what != c.enWhat || hint != c.enHint {
			t.Errorf("English of %v: %q, %q", c.err, what, hint)
		}
	}
}

func TestTold(t *testing.T) {
	t.Parallel()
	ko := bot.WordsIn("ko")
	for kept, want := range map[string]string{
		"Choose another channel, please.":             "Choose another channel, please.",
		"Type `/invite @news` in the channel.":        "채널에서 `/invite @news`을(를) 입력하세요.",
		"The platform refuses it: 50035.":             "플랫폼이 거부했습니다: 50035.",
		"Ask a workspace owner to let @b post there.": "@b이(가) 그곳에 글을 올릴 수 있게 해 달라고 워크스페이스 소유자에게 요청하세요.",
	} {
		if got := ko.Told(kept); got != want {
			t.Errorf("Told(%q) = %q", kept, got)
		}
		if got := bot.WordsIn("en").Told(kept); got != kept {
			t.Errorf("in English Told(%q) = %q", kept, got)
		}
	}
	for _, kind := range []digest.MuteKind{digest.MuteStory, digest.MuteSource, digest.MuteTopic, digest.MuteCountry} {
		if got := ko.Told(string(kind)); got == string(kind) {
			t.Errorf("the mute of a %s has no Korean", kind)
		}
	}
}

// TestWhyItIsStoppedHasItsKorean reads the remedies that the adapters give for
// what stops a subscription; they are kept in English and told anew to whoever
// looks.
func TestWhyItIsStoppedHasItsKorean(t *testing.T) {
	t.Parallel()
	ko, found := bot.WordsIn("ko"), 0
	for file, functions := range map[string][]string{"slack/classify.go": {"permanent"}, "discord/fate.go": {"refusalOf", "answered"}} {
		parsed(t, filepath.Dir(file), func(path string, f *ast.File) {
			if path != file {
				return
			}
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || !slices.Contains(functions, fn.Name.Name) {
					continue
				}
				ast.Inspect(fn, func(n ast.Node) bool {
					lit, ok := n.(*ast.BasicLit)
					if !ok || !strings.HasSuffix(lit.Value, `."`) || strings.Contains(lit.Value, "the next digest is tried") { // that one stops nothing
						return true
					}
					found++
					kept, _ := strconv.Unquote(strings.ReplaceAll(lit.Value, "@bot", "@daybrief"))
					if ko.Told(kept) == kept {
						t.Errorf("%s: %q has no Korean", path, kept)
					}
					return true
				})
			}
		})
	}
	if found < 25 {
		t.Errorf("only %d remedies were found", found)
	}
}
