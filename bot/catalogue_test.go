package bot_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/daybrief/daybrief/bot"
)

// parsed reads the code in dir and below, without its tests.
func parsed(t *testing.T, dir string, look func(path string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err == nil {
			look(path, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// said collects the texts that code in dir says through Words: the first
// argument of each call of Say and Text.
func said(t *testing.T, dir string) map[string]string {
	t.Helper()
	out, named := map[string]string{}, map[string]string{}
	parsed(t, dir, func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			constants(n, named)
			if key, name, ok := sayKey(n); ok {
				out[cmp.Or(key, name)] = path
			}
			return true
		})
	})
	for name, path := range out { // those that are said by the name of a constant
		if key, ok := named[name]; ok {
			delete(out, name)
			out[key] = path
		}
	}
	return out
}

// constants notes the texts that have names.
func constants(n ast.Node, named map[string]string) {
	spec, ok := n.(*ast.ValueSpec)
	if !ok {
		return
	}
	for i, v := range spec.Values {
		if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING && i < len(spec.Names) {
			named[spec.Names[i].Name], _ = strconv.Unquote(lit.Value)
		}
	}
}

// sayKey is the text of a call of Say or Text, or the name that it has there.
func sayKey(n ast.Node) (key, name string, ok bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", "", false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || (sel.Sel.Name != "Say" && sel.Sel.Name != "Text") {
		return "", "", false
	}
	switch arg := call.Args[0].(type) {
	case *ast.BasicLit:
		key, err := strconv.Unquote(arg.Value)
		return key, "", arg.Kind == token.STRING && err == nil
	case *ast.Ident:
		return "", arg.Name, arg.Obj == nil || arg.Obj.Kind == ast.Con
	}
	return "", "", false
}

func TestEveryTextHasItsKorean(t *testing.T) {
	t.Parallel()
	texts := said(t, ".")
	maps.Copy(texts, said(t, "../cmd/daybrief")) // what it tells whoever runs it
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
