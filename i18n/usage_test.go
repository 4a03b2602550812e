package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// used is how the rest of the source uses the texts.
type used struct {
	labels map[Key]bool // said on a button
	filled []call       // said with values for their places
}

// call is one place in the source where a text gets its values.
type call struct {
	where string
	key   Key
	names []string
}

// speakers are the functions that take a key and then names and values.
var speakers = []string{"Word", "Say", "SayText", "T", "Refuse", "refusal"}

var readUsage = sync.OnceValues(func() (used, error) {
	u := used{labels: map[Key]bool{}}
	consts, err := constants()
	if err != nil {
		return u, err
	}
	for _, room := range []string{"../bot", "../handlers", "../cmd"} {
		err := filepath.WalkDir(room, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, name, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool { u.look(set, consts, n); return true })
			return nil
		})
		if err != nil {
			return u, err
		}
	}
	return u, nil
})

// usage reads the source of the rooms that speak, or ends the test.
func usage(t *testing.T) used {
	t.Helper()
	u, err := readUsage()
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (u *used) look(set *token.FileSet, consts map[string]Key, n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := nameOf(n.Fun)
		if name == "command" && len(n.Args) > 0 {
			u.label(consts, n.Args[0])
		}
		if slices.Contains(speakers, name) && n.Ellipsis == token.NoPos {
			u.call(set, consts, n)
		}
	case *ast.CompositeLit:
		kind := n.Type
		if list, ok := kind.(*ast.ArrayType); ok {
			for _, e := range n.Elts {
				if lit, ok := e.(*ast.CompositeLit); ok && lit.Type == nil {
					u.button(consts, list.Elt, lit)
				}
			}
			return
		}
		u.button(consts, kind, n)
	}
}

// button notes the label of a literal bot.Button, bot.Option or shop.Activity.
func (u *used) button(consts map[string]Key, kind ast.Expr, lit *ast.CompositeLit) {
	if name := nameOf(kind); name != "Button" && name != "Option" && name != "Activity" {
		return
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && nameOf(kv.Key) == "Label" {
			u.label(consts, kv.Value)
		}
	}
}

func (u *used) label(consts map[string]Key, e ast.Expr) {
	ast.Inspect(e, func(n ast.Node) bool {
		if key, ok := keyOf(consts, n); ok {
			u.labels[key] = true
		}
		return true
	})
}

func (u *used) call(set *token.FileSet, consts map[string]Key, n *ast.CallExpr) {
	for i, a := range n.Args {
		key, ok := keyOf(consts, a)
		if !ok {
			continue
		}
		c := call{where: set.Position(n.Pos()).String(), key: key}
		for j := i + 1; j < len(n.Args); j += 2 {
			if lit, ok := n.Args[j].(*ast.BasicLit); ok {
				name, _ := strconv.Unquote(lit.Value)
				c.names = append(c.names, name)
			}
		}
		u.filled = append(u.filled, c)
		return
	}
}

// keyOf is the key that i18n.Name stands for.
func keyOf(consts map[string]Key, n ast.Node) (Key, bool) {
	s, ok := n.(*ast.SelectorExpr)
	if !ok || nameOf(s.X) != "i18n" {
		return "", false
	}
	key, ok := consts[s.Sel.Name]
	return key, ok
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// What the source gives a text must be what the text has places for: a place
// without a value would read "<no value>".
func TestTextsGetTheirValues(t *testing.T) {
	cats, _ := read(t)
	u := usage(t)
	if len(u.filled) < 100 {
		t.Fatalf("only %d uses of texts found in the source", len(u.filled))
	}
	for _, c := range u.filled {
		if isWords(c.key) {
			continue
		}
		e := cats[En][c.key]
		need := places(e.all())
		if _, one := e.forms[""]; !one {
			need = append(need, "Count")
		}
		for _, name := range need {
			if !slices.Contains(c.names, name) {
				t.Errorf("%s: %s has a place for %s, which gets no value", c.where, c.key, name)
			}
		}
	}
}
