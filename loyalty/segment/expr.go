package segment

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// MaxText is how many letters an expression may have.
const MaxText = 1000

// Expr is an expression that was read and found whole. It may be used by many
// at once.
type Expr struct {
	text    string
	program *vm.Program
	needs   []*Attribute
	lapsing bool
	values  []value
}

// value is a text that an attribute is compared with.
type value struct {
	of   string
	text string
	at   int
}

// String is the text as it was written.
func (e *Expr) String() string { return e.text }

// Uses reports whether the expression asks for an attribute.
func (e *Expr) Uses(attribute string) bool {
	return slices.ContainsFunc(e.needs, func(a *Attribute) bool { return a.Name == attribute })
}

// Compile reads an expression of expr-lang over [Attributes] and [Functions]
// that says yes or no. The error is a *Complaint. What only a programme can
// know, such as the names of tiers, [Expr.Check] looks at.
//
// There are comparisons, and/or/not, arithmetic, in, lists and ?: — and nothing
// that goes through a list by itself, so that no expression takes long.
func Compile(text string) (*Expr, error) {
	if n := utf8.RuneCountInString(text); n == 0 || n > MaxText || !utf8.ValidString(text) {
		return nil, &Complaint{Wrong: WrongLength}
	}
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, complainOf(err, WrongSyntax)
	}
	e := &Expr{text: text}
	c := &checker{expr: e}
	c.visit(tree.Node)
	if c.complaint != nil {
		return nil, c.complaint
	}
	e.program, err = expr.Compile(text, expr.Env(examples()), expr.DisableAllBuiltins(), expr.AsBool())
	if err != nil && strings.HasPrefix(err.Error(), "expected bool") {
		return nil, &Complaint{Wrong: WrongAnswer}
	}
	if err != nil {
		return nil, complainOf(err, WrongKind)
	}
	return e, nil
}

// examples tell the library the kind of each attribute.
func examples() map[string]any {
	m := map[string]any{"lapsing": func(int) int { return 0 }}
	for _, a := range attributes {
		m[a.Name] = a.Example
	}
	return m
}

// Known is what the names in an expression may be, of what only the shop knows;
// nil is anything.
type Known struct {
	Tiers, Stores, Plans []string
}

// Check looks at the texts that an expression compares with what only the shop
// knows. The error is a *Complaint; nil is no mistake.
func (e *Expr) Check(k Known) error {
	of := map[string][]string{"tier": k.Tiers, "store": k.Stores, "stores": k.Stores, "plan": k.Plans}
	for _, v := range e.values {
		if c := v.check(of[v.of]); c != nil {
			return c
		}
	}
	return nil
}

func (v value) check(allowed []string) *Complaint {
	if allowed == nil || v.text == "" || slices.Contains(allowed, v.text) {
		return nil
	}
	return &Complaint{At: v.at, Wrong: WrongValue, Word: v.text, Allowed: allowed, Nearest: nearest(v.text, allowed)}
}

// complainOf makes a complaint of what the library says.
func complainOf(err error, wrong Wrong) *Complaint {
	c := &Complaint{Wrong: wrong, Detail: err.Error()}
	var f *file.Error
	if errors.As(err, &f) {
		c.At, c.Detail = f.From+1, f.Message
	}
	return c
}

// checker walks an expression before the library compiles it, and stops at the
// first mistake.
type checker struct {
	expr      *Expr
	complaint *Complaint
}

func (c *checker) complain(n ast.Node, wrong Wrong, word string, allowed []string) {
	if c.complaint == nil {
		c.complaint = &Complaint{At: n.Location().From + 1, Wrong: wrong, Word: word, Allowed: allowed, Nearest: nearest(word, allowed)}
	}
}

// operators are those that take the same time whatever they are given, but for
// "in", whose lists stand in the text or are a member's own few words.
var operators = []string{
	"and", "or", "&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "..",
	"contains", "startsWith", "endsWith",
}

// mostRange is how many numbers a range such as 1..12 may have.
const mostRange = 1000

func (c *checker) visit(n ast.Node) {
	if c.complaint != nil {
		return
	}
	switch n := n.(type) {
	case *ast.IdentifierNode:
		c.identifier(n)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
	case *ast.UnaryNode:
		c.visit(n.Node)
	case *ast.BinaryNode:
		c.binary(n)
	case *ast.ArrayNode:
		c.all(n.Nodes...)
	case *ast.ConditionalNode:
		c.all(n.Cond, n.Exp1, n.Exp2)
	case *ast.CallNode:
		c.call(n)
	case *ast.BuiltinNode:
		c.complain(n, WrongWord, n.Name, append(names(), Functions...))
	default:
		c.complain(n, WrongTool, short(n.String()), nil)
	}
}

func (c *checker) all(nodes ...ast.Node) {
	for _, n := range nodes {
		c.visit(n)
	}
}

// names are those of all attributes.
func names() []string {
	all := make([]string, len(attributes))
	for i := range attributes {
		all[i] = attributes[i].Name
	}
	return all
}

func (c *checker) identifier(n *ast.IdentifierNode) {
	i := slices.IndexFunc(attributes, func(a Attribute) bool { return a.Name == n.Value })
	if i < 0 {
		c.complain(n, WrongWord, n.Value, append(names(), Functions...))
		return
	}
	if !c.expr.Uses(n.Value) {
		c.expr.needs = append(c.expr.needs, &attributes[i])
	}
}

func (c *checker) call(n *ast.CallNode) {
	f, ok := n.Callee.(*ast.IdentifierNode)
	switch {
	case !ok:
		c.complain(n, WrongTool, short(n.String()), nil)
	case !slices.Contains(Functions, f.Value):
		c.complain(n, WrongWord, f.Value, append(names(), Functions...))
	default:
		c.expr.lapsing = true
		c.all(n.Arguments...)
	}
}

func (c *checker) binary(n *ast.BinaryNode) {
	if !slices.Contains(operators, n.Operator) {
		c.complain(n, WrongTool, n.Operator, nil)
		return
	}
	if n.Operator == ".." && !short1000(n) {
		c.complain(n, WrongTool, "..", nil)
		return
	}
	c.all(n.Left, n.Right)
	if c.complaint == nil {
		c.compared(n)
	}
}

// short1000 says that a range stands in the text and is no longer than mostRange.
func short1000(n *ast.BinaryNode) bool {
	from, ok := n.Left.(*ast.IntegerNode)
	to, also := n.Right.(*ast.IntegerNode)
	return ok && also && to.Value >= from.Value && to.Value-from.Value < mostRange
}

// compared holds texts against the attribute that they are compared with.
func (c *checker) compared(n *ast.BinaryNode) {
	if n.Operator != "==" && n.Operator != "!=" && n.Operator != "in" {
		return
	}
	for _, pair := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		name, ok := pair[0].(*ast.IdentifierNode)
		if !ok {
			continue
		}
		i := slices.IndexFunc(attributes, func(a Attribute) bool { return a.Name == name.Value })
		for _, s := range texts(pair[1]) {
			v := value{name.Value, s.Value, s.Location().From + 1}
			c.expr.values = append(c.expr.values, v)
			if wrong := v.check(attributes[i].Values); wrong != nil && c.complaint == nil {
				c.complaint = wrong
			}
		}
	}
}

// texts are the texts of a node that is one, or a list of them.
func texts(n ast.Node) (all []*ast.StringNode) {
	switch n := n.(type) {
	case *ast.StringNode:
		return []*ast.StringNode{n}
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			all = append(all, texts(e)...)
		}
	}
	return all
}

// short is the beginning of what stands in an expression.
func short(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:29]) + "…"
	}
	return s
}
