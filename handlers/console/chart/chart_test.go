package chart_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"regulars/handlers/console/chart"
	"regulars/i18n"
)

func values(all ...float64) (list []chart.Value) {
	for _, v := range all {
		list = append(list, chart.Value{Number: v, Text: fmt.Sprint(v), Known: true})
	}
	return list
}

func week() chart.Lines {
	return chart.Lines{
		ID: "sales", Title: "Sales <&>", Head: "Day", Labels: []string{"Mon", "Tue", "Wed", "Thu"}, CSV: "/x?format=csv&a=1",
		Series: []chart.Series{{Name: "Now", Values: values(10, 40, 20, 30)}, {Name: "Before", Values: values(5, 6, 7)}},
		Mark:   func(v float64) string { return fmt.Sprintf("%g", v) },
	}
}

// find gives the elements of a name and class.
func find(t *testing.T, page, name, class string) (all []*html.Node) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name && (class == "" || strings.Contains(" "+attr(n, "class")+" ", " "+class+" ")) {
			all = append(all, n)
		}
	}
	return all
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestLinesAreDrawnAndWritten(t *testing.T) {
	page := string(week().Draw(i18n.For(i18n.En)))
	lines := find(t, page, "path", "chart-line")
	// From 0 to 40: 10 stands a quarter up between 212 and 22.
	if len(lines) != 2 || attr(lines[0], "d") != "M30 164.5L343.3 22L656.7 117L970 69.5" {
		t.Errorf("drawn %d lines, the first %q", len(lines), attr(lines[0], "d"))
	}
	if n, m := len(find(t, page, "circle", "chart-dot")), len(find(t, page, "rect", "chart-dot")); n != 5 || m != 4 {
		t.Errorf("%d round markers and %d square ones, one in the key each", n, m)
	}
	var rows []string
	for _, r := range find(t, page, "tr", "") {
		rows = append(rows, words(r))
	}
	if got := strings.Join(rows, "|"); got != "DayNowBefore|Mon105|Tue406|Wed207|Thu30–" {
		t.Errorf("the table is %s", got)
	}
	picture := find(t, page, "svg", "")[0]
	if say := attr(picture, "aria-label"); attr(picture, "role") != "img" || !strings.Contains(say, "Sales <&>") || !strings.Contains(say, "40") || !strings.Contains(say, "Tue") {
		t.Errorf("a reader hears %q", say)
	}
	if links := find(t, page, "a", ""); len(links) != 1 || attr(links[0], "href") != "/x?format=csv&a=1" {
		t.Error("no link to the file")
	}
}

// TestNothingInline: the page's policy would not let it work.
func TestNothingInline(t *testing.T) {
	p := i18n.For(i18n.ZhTW)
	cell := chart.Grid{ID: "g", Rows: []chart.GridRow{{Label: `"><script>`, Cells: []chart.Cell{{Text: "1", Share: 0.5}, {}}}}}
	bars := chart.Bars{ID: "b", Rows: []chart.Bar{{Label: "<img onerror=x>", Value: values(3)[0]}}}
	for _, page := range []string{string(week().Draw(p)), string(cell.Draw(p)), string(bars.Draw(p))} {
		for _, bad := range []string{"<script", "style=", "<img", "<style"} {
			if strings.Contains(page, bad) {
				t.Errorf("has %s: %s", bad, page)
			}
		}
	}
}

func TestTooFewForALine(t *testing.T) {
	l := week()
	l.Series = []chart.Series{{Name: "Now", Values: []chart.Value{{Number: 1, Text: "1", Known: true}, {Text: "too few"}}}}
	page := string(l.Draw(i18n.For(i18n.En)))
	if len(find(t, page, "path", "")) != 0 || !strings.Contains(page, "too few") {
		t.Error(page)
	}
}

// TestGapsStayGaps: what is not known is not bridged, and a value alone is seen.
func TestGapsStayGaps(t *testing.T) {
	l := week()
	all := values(10, 0, 20, 20)
	all[1] = chart.Value{Text: "no orders"}
	l.Series = []chart.Series{{Name: "Now", Values: all}}
	page := string(l.Draw(i18n.For(i18n.En)))
	if d := attr(find(t, page, "path", "chart-line")[0], "d"); strings.Count(d, "M") != 2 || strings.Count(d, "L") != 1 {
		t.Errorf("the line is %q", d)
	}
	if n := len(find(t, page, "circle", "")); n != 3 {
		t.Errorf("%d markers", n)
	}
}

func TestNamesOfLinesStandApart(t *testing.T) {
	l := week()
	l.Series = []chart.Series{{Name: "a", Values: values(1, 2, 3, 40)}, {Name: "b", Values: values(1, 2, 3, 39)}}
	names := find(t, string(l.Draw(i18n.For(i18n.En))), "text", "chart-name")
	var y [2]float64
	for i, n := range names {
		fmt.Sscan(attr(n, "y"), &y[i])
	}
	if d := y[0] - y[1]; d < 17 && d > -17 {
		t.Errorf("names at %v", y)
	}
}

func TestBarsWithMargin(t *testing.T) {
	b := chart.Bars{ID: "nps", Least: -100, Most: 100, Rows: []chart.Bar{
		{Label: "Main", Value: chart.Value{Number: 50, Text: "50 ± 10", Known: true}, Low: 40, High: 60, Margin: true},
		{Label: "Pier", Value: chart.Value{Text: "too few"}},
	}}
	page := string(b.Draw(i18n.For(i18n.En)))
	bars := find(t, page, "rect", "chart-bar")
	if len(bars) != 1 || attr(bars[0], "x") != "50.00%" || attr(bars[0], "width") != "25.00%" {
		t.Errorf("%d bars", len(bars))
	}
	if m := find(t, page, "line", "chart-margin"); len(m) != 3 || attr(m[0], "x1") != "70.00%" || attr(m[0], "x2") != "80.00%" {
		t.Errorf("margin of %d lines", len(m))
	}
	if !strings.Contains(page, "too few") {
		t.Error("does not say why there is no bar")
	}
}

func TestCellsAreDarkerTheMoreIsInThem(t *testing.T) {
	for share, want := range map[float64]string{0: "chart-s0", 0.01: "chart-s1", 0.5: "chart-s5", 1: "chart-s9", 7: "chart-s9"} {
		if got := (chart.Cell{Text: "x", Share: share}).Class(); got != want {
			t.Errorf("a share of %v is %s", share, got)
		}
	}
	if (chart.Cell{}).Class() != "chart-none" {
		t.Error("a cell of nothing is shaded")
	}
}
