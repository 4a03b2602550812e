package intake

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"
)

// row is one row of a file as it stands there.
type row struct {
	line   int // the first line of a file is 1
	cells  []string
	serial bool   // dates are numbers of days, as spreadsheets keep them
	bad    string // why it cannot be read, "" when it can
}

// table is a file, row by row.
type table interface {
	next() (row, error) // io.EOF after the last
	Close() error
}

// sheet is an opened file.
type sheet struct {
	table
	name   string // the file's, without its folder
	format string // for people: "CSV, big5, semicolons"
	rows   int64  // about how many; 0 where unknown
}

// openSheet opens a file and finds out what it is. Files are named by what is in
// them, not by what they are called.
func openSheet(path, enc, country string) (*sheet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 4)
	n, err := io.ReadFull(f, head)
	switch {
	case n == 0:
		return nil, fmt.Errorf("%s is empty", path)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	}
	switch string(head[:n]) {
	case "PK\x03\x04":
		return openXLSX(path)
	case "\xd0\xcf\x11\xe0":
		return nil, fmt.Errorf("%s is an old Excel file (.xls): open it and save it as .xlsx or CSV", path)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	l, err := lookAt(f, country)
	if err != nil {
		return nil, err
	}
	if enc != "" {
		if l.charset, _, err = charset(enc); err != nil {
			return nil, err
		}
	}
	return openCSV(path, l)
}

// longestRecord is how much of a file is read for one row: a quote that nobody
// closes would otherwise take the rest of it.
const longestRecord = 1 << 20

var errRecord = fmt.Errorf("a row has more than %d bytes: is there a quotation mark that is not closed?", longestRecord)

// csvTable reads CSV.
type csvTable struct {
	file *os.File
	rest *rationed
	csv  *csv.Reader
	last int
}

// rationed gives only so much until it is told that a row ended.
type rationed struct {
	r    io.Reader
	left int
}

func (r *rationed) Read(b []byte) (int, error) {
	if r.left <= 0 {
		return 0, errRecord
	}
	n, err := r.r.Read(b[:min(len(b), r.left)])
	r.left -= n
	return n, err
}

func openCSV(path string, l look) (*sheet, error) {
	comma, err := separator(path, l.charset)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	t := &csvTable{file: f, rest: &rationed{charsets[l.charset].NewDecoder().Reader(bufio.NewReaderSize(f, 256<<10)), longestRecord}}
	t.csv = csv.NewReader(t.rest)
	t.csv.Comma, t.csv.FieldsPerRecord, t.csv.ReuseRecord = comma, -1, false
	names := map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs"}
	return &sheet{t, filepath.Base(path), "CSV, " + l.charset + ", " + names[comma], l.lines}, nil
}

// separator is what stands between cells: the one that the first rows agree on
// most.
func separator(path, charset string) (rune, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(charsets[charset].NewDecoder().Reader(f), 64<<10))
	if err != nil {
		return 0, err
	}
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t'} {
		r := csv.NewReader(strings.NewReader(string(head)))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = c, -1, true
		first, same := 0, 0
		for range 50 {
			cells, err := r.Read()
			if err != nil {
				break
			}
			if first == 0 {
				first = len(cells)
			}
			if len(cells) == first && first > 1 {
				same += first
			}
		}
		if same > most {
			best, most = c, same
		}
	}
	return best, nil
}

func (t *csvTable) next() (row, error) {
	t.rest.left = longestRecord
	cells, err := t.csv.Read()
	var broken *csv.ParseError
	switch {
	case errors.Is(err, errRecord):
		return row{}, fmt.Errorf("after line %d: %w", t.last, errRecord)
	case errors.As(err, &broken):
		t.last = broken.Line
		return row{line: broken.StartLine, bad: "its quotation marks do not pair: " + broken.Err.Error()}, nil
	case err != nil:
		return row{}, err
	}
	line, _ := t.csv.FieldPos(0)
	t.last = line
	return row{line: line, cells: cells}, nil
}

func (t *csvTable) Close() error { return t.file.Close() }

// xlsxTable reads the first sheet of a workbook that has rows.
type xlsxTable struct {
	book *excelize.File
	rows *excelize.Rows
	line int
}

// largestSheet is how much a workbook may unpack to, in bytes: a packed file of
// a few megabytes can hold terabytes of nothing.
const largestSheet = 4 << 30

func openXLSX(path string) (*sheet, error) {
	book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true, UnzipSizeLimit: largestSheet, UnzipXMLSizeLimit: 8 << 20})
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read as XLSX (%w); save it again in the spreadsheet program, or as CSV", path, err)
	}
	for _, name := range book.GetSheetList() {
		rows, err := book.Rows(name)
		if err != nil {
			return nil, errors.Join(err, book.Close())
		}
		if rows.Next() {
			_ = rows.Close()
			if rows, err = book.Rows(name); err != nil {
				return nil, errors.Join(err, book.Close())
			}
			return &sheet{&xlsxTable{book, rows, 0}, filepath.Base(path), "XLSX, sheet " + name, 0}, nil
		}
		_ = rows.Close()
	}
	return nil, errors.Join(fmt.Errorf("%s has no rows", path), book.Close())
}

func (t *xlsxTable) next() (row, error) {
	if !t.rows.Next() {
		if err := t.rows.Error(); err != nil {
			return row{}, err
		}
		return row{}, io.EOF
	}
	t.line++
	cells, err := t.rows.Columns()
	if err != nil {
		return row{line: t.line, bad: "the workbook is damaged here: " + err.Error()}, nil
	}
	for i, c := range cells {
		cells[i] = exact(c)
	}
	return row{line: t.line, cells: cells, serial: true}, nil
}

func (t *xlsxTable) Close() error { return errors.Join(t.rows.Close(), t.book.Close()) }
