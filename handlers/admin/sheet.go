package admin

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"regulars/loyalty"
)

// sheets are the files of one export: each kind of row as JSON lines, as CSV,
// or as both.
type sheets struct {
	dir         string
	jsonl, csv  bool
	raw         bool           // every row of the store, as it lies there
	zone        *time.Location // of times in CSV; JSON has UTC
	digits      int            // of the currency
	open        []*sheet
	closedNames []string
}

// sheet is one kind of row.
type sheet struct {
	of    *sheets
	name  string
	rows  int64
	files []*os.File
	bufs  []*bufio.Writer
	lines *json.Encoder
	table *csv.Writer
}

// bom tells spreadsheets that a file is UTF-8.
const bom = "\ufeff"

// new begins a kind of row, with the names of its CSV columns.
func (x *sheets) new(name string, columns ...string) (*sheet, error) {
	s := &sheet{of: x, name: name}
	x.open = append(x.open, s)
	if x.jsonl {
		w, err := s.file(".jsonl")
		if err != nil {
			return nil, err
		}
		s.lines = json.NewEncoder(w)
		s.lines.SetEscapeHTML(false)
	}
	if x.csv {
		w, err := s.file(".csv")
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, bom); err != nil {
			return nil, err
		}
		s.table = csv.NewWriter(w)
		s.table.UseCRLF = true
		if err := s.table.Write(columns); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// file makes a file for its owner only.
func (s *sheet) file(ext string) (io.Writer, error) {
	f, err := os.OpenFile(filepath.Join(s.of.dir, s.name+ext), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	s.files, s.bufs = append(s.files, f), append(s.bufs, w)
	return w, nil
}

// add writes one row: v as JSON, cells as CSV.
func (s *sheet) add(v any, cells ...any) error {
	s.rows++
	if s.lines != nil {
		if err := s.lines.Encode(v); err != nil {
			return err
		}
	}
	if s.table == nil {
		return nil
	}
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = s.of.cell(c)
	}
	return s.table.Write(row)
}

// close has every file on disk.
func (x *sheets) close() error {
	var all error
	for _, s := range x.open {
		if s.table != nil {
			s.table.Flush()
			all = errors.Join(all, s.table.Error())
		}
		for i, f := range s.files {
			all = errors.Join(all, s.bufs[i].Flush(), f.Sync(), f.Close())
			x.closedNames = append(x.closedNames, filepath.Base(f.Name()))
		}
		s.files, s.bufs, s.table = nil, nil, nil
	}
	return all
}

// cell writes a value for a spreadsheet. Only texts can be dangerous there.
func (x *sheets) cell(v any) string {
	switch v := v.(type) {
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.In(x.zone).Format("2006-01-02 15:04:05")
	case bool:
		return strconv.FormatBool(v)
	case int, int64, uint64, loyalty.Points:
		return fmt.Sprint(v)
	case loyalty.Money:
		return decimal(int64(v), x.digits)
	}
	return guarded(fmt.Sprint(v))
}

// decimal writes minor units with the currency's point: 1250 with two digits is
// 12.50.
func decimal(n int64, digits int) string {
	if digits == 0 {
		return strconv.FormatInt(n, 10)
	}
	sign := ""
	if n < 0 {
		sign = "-"
	}
	text := strings.TrimPrefix(strconv.FormatInt(n, 10), "-")
	for len(text) <= digits {
		text = "0" + text
	}
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:]
}

// guarded is a text that a spreadsheet takes for a text (LEDGER, case 31): on
// one line, without marks that cannot be seen and turn the direction of others,
// and with an apostrophe before what would be a formula.
func guarded(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r) && r != 0x200c && r != 0x200d: // joiners are part of letters and pictures
			return -1
		case unicode.IsControl(r), r == 0x2028, r == 0x2029:
			return ' '
		}
		return r
	}, s))
	// Some programs take the wide forms for signs as well.
	if first := []rune(s); len(first) > 0 && slices.Contains([]rune("=+-@＝＋－＠"), first[0]) {
		return "'" + s
	}
	return s
}
