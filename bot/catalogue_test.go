package bot_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
)

// said collects the texts that code in dir says through Words: the first
// argument of each call of Say and Text.
func said(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if key, ok := sayKey(n); ok {
				out[key] = path
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sayKey(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || (sel.Sel.Name != "Say" && sel.Sel.Name != "Text") {
		return "", false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	key, err := strconv.Unquote(lit.Value)
	return key, err == nil
}

func TestEveryTextHasItsKorean(t *testing.T) {
	t.Parallel()
	texts := said(t, ".")
	korean := bot.KoreanKeys()
	for key, path := range texts {
		if korean[key] == "" {
			t.Errorf("%s says %q, which has no Korean", path, key)
		}
	}
	for key := range korean {
		if texts[key] == "" {
			t.Errorf("the Korean of %q is of no text", key)
		}
	}
	for key, text := range korean {
		if strings.Count(key, "%") != strings.Count(text, "%") {
			t.Errorf("%q and its Korean %q fill in different values", key, text)
		}
	}
}
