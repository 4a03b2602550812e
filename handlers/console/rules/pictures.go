package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // what browsers save

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/store"
)

const (
	// maxSide is what LINE shows in a message, in dots each way, and maxPicture
	// what a phone loads at a glance, in bytes.
	maxSide    = 1024
	maxPicture = 1 << 20
	// maxDots bounds what is decoded: a photo of a phone has 12 to 50 million.
	maxDots = 50_000_000
	// thumbSide is how large a picture stands in the list of them, in dots.
	thumbSide = 240
)

// pictureForm is what the programme file takes for a picture's name.
var pictureForm = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,99}\.(jpg|jpeg|png)$`)

// photo is a picture of the folder and which rewards show it.
type photo struct {
	Name string
	Used []string
}

type picturesPage struct {
	All []photo
	Can bool
}

func (p *part) pictures(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	d := picturesPage{Can: changes(q) && p.folder != ""}
	for _, name := range p.pictureNames() {
		ph := photo{Name: name}
		for _, r := range g.P.Rules.Rewards {
			if w := g.P.Words(programme.Reward, r.ID, string(q.P.Lang)); w.Picture == name {
				ph.Used = append(ph.Used, w.Name)
			}
		}
		d.All = append(d.All, ph)
	}
	return q.Page("rules_pictures.html", q.Say(key("l_", "pictures")), d), nil
}

// picture shows a file of the folder, and nothing outside of it, not even by way
// of a link.
func (p *part) picture(q *console.Request, _ Book) (console.Answer, error) {
	name := q.R.PathValue("name")
	if p.folder == "" || !pictureForm.MatchString(name) {
		return q.Gone(), nil
	}
	root, err := os.OpenRoot(p.folder)
	if err != nil {
		return q.Gone(), nil
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return q.Gone(), nil
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	kind := "image/jpeg"
	if strings.HasSuffix(name, ".png") {
		kind = "image/png"
	}
	size, _, bad := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || bad != nil || size.Width*size.Height > maxDots {
		return q.Gone(), nil
	}
	if src, _, err := image.Decode(bytes.NewReader(body)); err == nil && q.R.URL.Query().Has("small") {
		var w bytes.Buffer
		if jpeg.Encode(&w, flat(within(src, thumbSide)), &jpeg.Options{Quality: 70}) == nil {
			body, kind = w.Bytes(), "image/jpeg"
		}
	}
	return q.Image(name, kind, body), nil
}

// addPicture takes an upload: decoded whole, made as small as chats show it, and
// written anew, so that nothing but dots is left of what came. Its name has the
// content's hash.
func (p *part) addPicture(q *console.Request, b Book) (console.Answer, error) {
	again := func() (console.Answer, error) { return q.Again(p.pictures(q, b)) }
	if !mayChange(q) || p.folder == "" {
		return again()
	}
	name, body, ok := q.Upload("picture")
	if !ok {
		return again()
	}
	out, kind, ok := remade(q, body)
	if !ok {
		return again()
	}
	sum := sha256.Sum256(out)
	file := stem(name) + "-" + hex.EncodeToString(sum[:4]) + kind
	if err := p.keep(file, out); err != nil {
		return console.Answer{}, err
	}
	err := q.Update(func(tx store.Tx) error { return q.Audit(tx, i18n.ConsoleRulesDidPicture, about, "", "", file) })
	return q.Go("/console/rules/pictures", q.Say(i18n.ConsoleRulesPictureAdded, "Name", file)), err
}

var notStem = regexp.MustCompile(`[^\pL\pN]+`)

// stem is a file's name as a picture may be called.
func stem(name string) string {
	name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	s := []rune(strings.Trim(notStem.ReplaceAllString(strings.ToLower(name), "-"), "-"))
	if len(s) == 0 {
		return "picture"
	}
	return strings.Trim(string(s[:min(len(s), 40)]), "-")
}

// remade is a picture written anew; false, and noted as wrong, for what is none.
func remade(q *console.Request, body []byte) (out []byte, ext string, ok bool) {
	size, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || size.Width < 1 || size.Height < 1 {
		q.Wrong("picture", q.Say(i18n.ConsoleNotPicture))
		return nil, "", false
	}
	if size.Width*size.Height > maxDots || size.Width > 20_000 || size.Height > 20_000 {
		q.Wrong("picture", q.Say(i18n.ConsoleRulesPictureBig, "Width", size.Width, "Height", size.Height))
		return nil, "", false
	}
	src, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		q.Wrong("picture", q.Say(i18n.ConsoleNotPicture))
		return nil, "", false
	}
	img := within(src, maxSide)
	var w bytes.Buffer
	if !img.Opaque() {
		if png.Encode(&w, img) == nil && w.Len() <= maxPicture {
			return w.Bytes(), ".png", true
		}
		w.Reset()
	}
	if err := jpeg.Encode(&w, flat(img), &jpeg.Options{Quality: 85}); err != nil {
		q.Wrong("picture", q.Say(i18n.ConsoleNotPicture))
		return nil, "", false
	}
	return w.Bytes(), ".jpg", true
}

// flat is the picture on white, as what can be seen through has no place in a JPEG.
func flat(img *image.RGBA) *image.RGBA {
	if img.Opaque() {
		return img
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}

// within is the picture with no side over a length.
func within(src image.Image, side int) *image.RGBA {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	return dst
}

// keep writes a picture whole or not at all.
func (p *part) keep(name string, body []byte) error {
	if err := os.MkdirAll(p.folder, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(p.folder, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(p.folder, name))
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
