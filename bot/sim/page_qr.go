package sim

import (
	"errors"
	"image"
)

// A phone's camera, for pictures as bots send them: upright, sharp, one QR code
// with a quiet zone and nothing else. So there is nothing to correct: the code
// words are read as they stand (ISO/IEC 18004).

var errNoCode = errors.New("sim: no QR code in this picture")

// qrGrid is a symbol as modules; true is dark.
type qrGrid struct {
	n    int
	dark []bool
}

func (g *qrGrid) at(x, y int) bool { return g.dark[y*g.n+x] }

// readQR reads the text in a picture of a QR code.
func readQR(img image.Image) (string, error) {
	g, err := qrSample(img)
	if err != nil {
		return "", err
	}
	level, mask, ok := g.format()
	if !ok {
		return "", errNoCode
	}
	words := g.words(mask)
	version := (g.n - 17) / 4
	data := qrBlocks(words, qrCheck[level][version-1], qrCount[level][version-1])
	return qrText(data, version)
}

// qrSample finds the symbol's box and looks at the middle of each module.
func qrSample(img image.Image) (*qrGrid, error) {
	b := img.Bounds()
	dark := func(x, y int) bool {
		r, g, bl, _ := img.At(x, y).RGBA()
		return r+g+bl < 3*0x8000
	}
	box := image.Rectangle{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if dark(x, y) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	run := 0 // the top of the first finder pattern: seven modules
	for box.Min.X+run < box.Max.X && dark(box.Min.X+run, box.Min.Y) {
		run++
	}
	if box.Empty() || run < 7 || box.Dx() != box.Dy() {
		return nil, errNoCode
	}
	size := float64(run) / 7
	n := int(float64(box.Dx())/size + 0.5)
	if n < 21 || n > 177 || (n-17)%4 != 0 {
		return nil, errNoCode
	}
	g := &qrGrid{n: n, dark: make([]bool, n*n)}
	step := float64(box.Dx()) / float64(n)
	for y := range n {
		for x := range n {
			g.dark[y*n+x] = dark(box.Min.X+int((float64(x)+0.5)*step), box.Min.Y+int((float64(y)+0.5)*step))
		}
	}
	return g, nil
}

// format reads the error correction level (0 L, 1 M, 2 Q, 3 H) and the mask
// beside the first finder pattern.
func (g *qrGrid) format() (level, mask int, ok bool) {
	v := 0
	put := func(x, y int) {
		v <<= 1
		if g.at(x, y) {
			v |= 1
		}
	}
	for x := range 6 {
		put(x, 8)
	}
	put(7, 8)
	put(8, 8)
	put(8, 7)
	for y := 5; y >= 0; y-- {
		put(8, y)
	}
	v ^= 0x5412
	rest := v // the BCH code over 10 bits must come out even
	for i := 14; i >= 10; i-- {
		if rest>>i&1 == 1 {
			rest ^= 0x537 << (i - 10)
		}
	}
	return [4]int{1, 0, 3, 2}[v>>13], v >> 10 & 7, rest == 0
}

// words walks the symbol in its zigzag and unmasks what is data.
func (g *qrGrid) words(mask int) []byte {
	var out []byte
	bits, count := 0, 0
	taken := g.functions()
	for right := g.n - 1; right >= 1; right -= 2 {
		if right == 6 {
			right = 5 // the timing column is skipped
		}
		up := (right+1)&2 == 0
		for i := range g.n {
			y := i
			if up {
				y = g.n - 1 - i
			}
			for _, x := range []int{right, right - 1} {
				if taken[y*g.n+x] {
					continue
				}
				bits <<= 1
				if g.at(x, y) != qrMask(mask, x, y) {
					bits |= 1
				}
				if count++; count%8 == 0 {
					out = append(out, byte(bits))
					bits = 0
				}
			}
		}
	}
	return out
}

func qrMask(mask, x, y int) bool {
	switch mask {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (x/3+y/2)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}

// functions marks the modules that carry no data.
func (g *qrGrid) functions() []bool {
	n := g.n
	taken := make([]bool, n*n)
	fill := func(x, y, w, h int) {
		for j := max(y, 0); j < min(y+h, n); j++ {
			for i := max(x, 0); i < min(x+w, n); i++ {
				taken[j*n+i] = true
			}
		}
	}
	fill(0, 0, 9, 9) // finders with separators and format
	fill(n-8, 0, 8, 9)
	fill(0, n-8, 9, 8)
	fill(6, 0, 1, n) // timing
	fill(0, 6, n, 1)
	version := (n - 17) / 4
	if version >= 7 { // version information
		fill(n-11, 0, 3, 6)
		fill(0, n-11, 6, 3)
	}
	at := qrAligned(version)
	for i, y := range at {
		for j, x := range at {
			last := len(at) - 1
			if i == 0 && (j == 0 || j == last) || i == last && j == 0 {
				continue // a finder stands there
			}
			fill(x-2, y-2, 5, 5)
		}
	}
	return taken
}

// qrAligned are the rows and columns of alignment patterns.
func qrAligned(version int) []int {
	if version == 1 {
		return nil
	}
	count := version/7 + 2
	step := (version*8 + count*3 + 5) / (count*4 - 4) * 2
	out := make([]int, count)
	for i, at := count-1, version*4+10; i > 0; i, at = i-1, at-step {
		out[i] = at
	}
	out[0] = 6
	return out
}

// qrBlocks undoes the interleaving and leaves the check words out. Shorter
// blocks come first.
func qrBlocks(words []byte, check, count int) []byte {
	total := len(words)/count - check // of the shorter blocks
	short := count - len(words)%count
	blocks := make([][]byte, count)
	at := 0
	for i := range total + 1 {
		for b := range blocks {
			if i < total || b >= short {
				blocks[b] = append(blocks[b], words[at])
				at++
			}
		}
	}
	var out []byte
	for _, b := range blocks {
		out = append(out, b...)
	}
	return out
}

// qrBits reads from the front.
type qrBits struct {
	data []byte
	at   int
}

func (b *qrBits) left() int { return len(b.data)*8 - b.at }

func (b *qrBits) take(n int) int {
	v := 0
	for range n {
		v <<= 1
		if b.at < len(b.data)*8 && b.data[b.at/8]>>(7-b.at%8)&1 == 1 {
			v |= 1
		}
		b.at++
	}
	return v
}

// qrText reads the segments: numbers, capitals, bytes.
func qrText(data []byte, version int) (string, error) {
	const capitals = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	size := 0 // of the length fields, by version
	if version > 9 {
		size = 1
	}
	if version > 26 {
		size = 2
	}
	b := &qrBits{data: data}
	var out []byte
	for b.left() >= 4 {
		switch b.take(4) {
		case 0:
			return string(out), nil
		case 1:
			n := b.take([]int{10, 12, 14}[size])
			for ; n > 0 && b.left() > 0; n -= 3 {
				digits := min(n, 3)
				v := b.take([]int{0, 4, 7, 10}[digits])
				for _, tens := range []int{100, 10, 1}[3-digits:] {
					out = append(out, '0'+byte(v/tens%10))
				}
			}
		case 2:
			n := b.take([]int{9, 11, 13}[size])
			for ; n > 1 && b.left() > 0; n -= 2 {
				v := b.take(11) % (45 * 45)
				out = append(out, capitals[v/45], capitals[v%45])
			}
			if n == 1 {
				out = append(out, capitals[b.take(6)%45])
			}
		case 4:
			n := b.take([]int{8, 16, 16}[size])
			for ; n > 0 && b.left() > 0; n-- {
				out = append(out, byte(b.take(8)))
			}
		case 7: // a character set; bytes are UTF-8 here anyway
			b.take(8)
		default:
			return "", errNoCode
		}
	}
	return string(out), nil
}

// Check words a block and blocks a symbol, by level (L, M, Q, H) and version.
var (
	qrCheck = [4][40]int{
		{7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
		{10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28},
		{13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
		{17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30},
	}
	qrCount = [4][40]int{
		{1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25},
		{1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49},
		{1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68},
		{1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81},
	}
)
