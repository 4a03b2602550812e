package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty/programme"
	"regulars/store/bolt"
)

// initCmd makes a new shop. What flags do not say is asked on a terminal, and
// left at its default elsewhere.
type initCmd struct {
	Preset    string `help:"The programme to begin with: ${presets}." placeholder:"NAME"`
	Market    string `help:"The country it is for: tw, hk, jp or th. It brings currency, time zone, languages and LINE's prices; amounts are turned into the currency's." placeholder:"NAME"`
	Shop      string `help:"The shop's name." placeholder:"NAME"`
	Dir       string `help:"Where to put everything; the configuration's folder when left out." placeholder:"DIR"`
	Data      string `help:"Where to keep everything: a file beside the configuration unless this is said; an address of PostgreSQL makes the store in a database there." placeholder:"postgres://…"`
	PublicURL string `name:"public-url" help:"How phones and platforms reach serve, as in https://bot.example.com." placeholder:"URL"`

	LineID        string `name:"line-id" help:"LINE: the channel's id." placeholder:"ID"`
	LineSecret    string `name:"line-secret" help:"LINE: the channel's secret. With it, a LINE channel is written." placeholder:"SECRET"`
	LineToken     string `name:"line-token" help:"LINE: a long-lived token; without it, short-lived ones are fetched with the id." placeholder:"TOKEN"`
	LineBasicID   string `name:"line-basic-id" help:"LINE: the account's @name." placeholder:"@ID"`
	TelegramToken string `name:"telegram-token" help:"Telegram: BotFather's token. With it, a Telegram channel is written." placeholder:"TOKEN"`
	Polling       bool   `help:"Telegram: fetch messages, so that no public address is needed."`
}

// presetNames lists the shipped programmes for the help.
func presetNames() string {
	var all []string
	for _, p := range programme.Presets() {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}

// Run makes the shop and says what comes next.
func (c *initCmd) Run(ctx context.Context, m *Main) error {
	cfg, path, err := c.files(m)
	if err == nil {
		err = inTheWay(path, cfg)
	}
	if err != nil {
		return err
	}
	if m.Terminal {
		if err := c.askAll(ctx, m); err != nil {
			return err
		}
	}
	rules, err := c.programme()
	if err != nil {
		return err
	}
	secret, err := randomText(m.Rand, 24)
	if err != nil {
		return err
	}
	text := writeConfig(c.Data, c.PublicURL, c.channels(secret))
	if err := checkWritten(path, text); err != nil {
		return err
	}
	made, err := m.makeShop(ctx, path, cfg, text, rules)
	if err != nil {
		return err
	}
	if onServer(cfg.Data) {
		made = append(made, storeName(cfg.Data))
	}
	c.next(m, path, made)
	return nil
}

// files are where everything will be. Of the environment only data counts: the
// store is made where serve will look for it.
func (c *initCmd) files(m *Main) (*Config, string, error) {
	path := m.configPath
	if c.Dir != "" {
		path = filepath.Join(c.Dir, filepath.Base(path))
	}
	cfg := &Config{Dir: filepath.Dir(path)}
	l := &loader{dir: cfg.Dir, env: func(string) (string, bool) { return "", false }}
	read(l, &section{}, shopOptions, "", "", cfg)
	l.env = m.Env
	if data, from, ok := l.fromEnv("REGULARS_DATA", true); c.Data != "" {
		cfg.Data = c.Data
	} else if data = strings.TrimSpace(data); ok && data != "" {
		cfg.Data = data
		if wrong := checkData(data); wrong != "" {
			l.complain(0, from, wrong, "")
		}
	}
	if len(l.complaints) > 0 {
		return nil, "", &usageError{l.complaints[0].String()}
	}
	for _, p := range []*string{&cfg.Data, &cfg.Programme, &cfg.KeyFile} {
		*p = l.resolve(*p)
	}
	return cfg, path, nil
}

// inTheWay refuses where a file is that init would write.
func inTheWay(path string, cfg *Config) error {
	for _, p := range []string{path, cfg.Programme, cfg.KeyFile, cfg.Data} {
		if onServer(p) {
			continue // to make it there refuses by itself
		}
		if _, err := os.Lstat(p); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already, and init overwrites nothing; no file was changed.\n"+
				"Move it away, or choose another folder with --dir", p)
		}
	}
	return nil
}

// channels are those that the answers name.
func (c *initCmd) channels(secret string) []ChannelConfig {
	line := ChannelConfig{Name: "main", Kind: bot.LINE, ChannelID: c.LineID, ChannelSecret: c.LineSecret, ChannelToken: c.LineToken, BasicID: c.LineBasicID}
	telegram := ChannelConfig{Name: "tg", Kind: bot.Telegram, Token: c.TelegramToken, SecretToken: secret, Polling: c.Polling}
	return []ChannelConfig{line, telegram}
}

// programme is the preset, with the shop's name in it.
func (c *initCmd) programme() ([]byte, error) {
	if c.Preset == "" {
		c.Preset = programme.Presets()[0].Name
	}
	data, ok := programme.Preset(c.Preset)
	if ok && c.Market != "" {
		if data, ok = programme.PresetFor(c.Preset, strings.ToLower(c.Market)); !ok {
			return nil, noMarket(c.Market)
		}
	}
	if !ok {
		text := fmt.Sprintf("there is no preset %q; choose one of %s", c.Preset, presetNames())
		if near := programme.NearestPreset(c.Preset); near != "" {
			text = fmt.Sprintf("there is no preset %q; did you mean %s?", c.Preset, near)
		}
		return nil, &usageError{text}
	}
	name := shop.Tidy(c.Shop)
	if name == "" {
		return data, nil
	}
	p, complaints := programme.Load(data)
	if len(complaints) > 0 {
		return nil, fmt.Errorf("the preset %s is broken: %w", c.Preset, complaints[0])
	}
	data = renamed(data, p.Languages[0], name)
	if _, complaints := programme.Load(data); len(complaints) > 0 {
		return nil, &usageError{"the shop's name cannot be used: " + complaints[0].Wrong}
	}
	return data, nil
}

// renamed writes a shop's name into a preset: as its only name, which other
// languages then use, and as its first store's.
func renamed(preset []byte, language, name string) []byte {
	var out bytes.Buffer
	section := ""
	for line := range strings.Lines(string(preset)) {
		key, _, pair := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		switch {
		case strings.HasPrefix(line, "["):
			section = line[:strings.LastIndexByte(line, ']')+1]
		case !pair || strings.HasPrefix(key, "#"):
		case section == "[name]" && key != language:
			continue
		case section == "[name]", section == "[[store]]" && key == "name":
			line = fmt.Sprintf("%s = %s\n", key, quoted(name))
		}
		out.WriteString(line)
	}
	return out.Bytes()
}

// makeShop writes the four files, and the pictures, and gives their paths. When one cannot be
// written, those before it are taken away again: half a shop would stop the
// next try.
func (m *Main) makeShop(ctx context.Context, path string, cfg *Config, text, rules []byte) (made []string, err error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, p := range made {
				err = errors.Join(err, os.RemoveAll(p)) // a folder is one that was made here
			}
		}
	}()
	type step struct {
		path string
		make func(path string) error
	}
	steps := []step{
		{path, func(p string) error { return writeNew(p, text, 0o600) }}, // it may hold secrets
		{cfg.Programme, func(p string) error { return writeNew(p, rules, 0o644) }},
	}
	if !onServer(cfg.Data) {
		steps = append(steps, step{cfg.Data, bolt.Create})
	}
	if m.env("REGULARS_KEY", "") == "" { // a second key would only be mistaken for the one in use
		steps = append(steps, step{cfg.KeyFile, func(p string) error { return writeKey(p, m.Rand) }})
	}
	if pictures := picturesOf(rules); len(pictures) > 0 {
		if _, err := os.Lstat(cfg.pictures()); errors.Is(err, fs.ErrNotExist) { // else it is somebody's, and they know best
			steps = append(steps, step{cfg.pictures(), func(p string) error { return writePictures(p, pictures) }})
		}
	}
	for _, s := range steps {
		if err := s.make(s.path); err != nil {
			return made, err
		}
		made = append(made, s.path)
	}
	if onServer(cfg.Data) { // last: what is made there is not taken away again
		if err := createThere(ctx, cfg.Data); err != nil {
			return made, err
		}
	}
	return made, nil
}

// createThere makes the store in a database.
func createThere(ctx context.Context, data string) error {
	err := createData(ctx, data)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("there is a store at %s already, and init overwrites nothing; no file was changed.\n"+
			"For one more machine on that store, copy regulars.toml, programme.toml and regulars.key from the first", storeName(data))
	}
	return err
}

// picturesOf are the pictures that a programme names and that ship with it.
func picturesOf(rules []byte) map[string][]byte {
	p, complaints := programme.Load(rules)
	if len(complaints) > 0 {
		return nil // whoever reads it next says so
	}
	all := map[string][]byte{}
	for _, name := range p.Pictures() {
		if data, ok := programme.PresetPicture(name); ok {
			all[name] = data
		}
	}
	return all
}

// writePictures makes the folder of a shop's pictures.
func writePictures(dir string, all map[string][]byte) error {
	err := os.Mkdir(dir, 0o755)
	for name, data := range all {
		if err == nil {
			err = writeNew(filepath.Join(dir, name), data, 0o644)
		}
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return nil
}

// checkWritten reads what is about to be written as serve will, so that a
// mistyped answer is refused while it can still be mended.
func checkWritten(path string, text []byte) error {
	l := &loader{dir: filepath.Dir(path), env: func(string) (string, bool) { return "", false }, secrets: true}
	if l.load(text); len(l.complaints) == 0 {
		return nil
	}
	var lines []string
	for _, c := range l.complaints {
		c.Line = 0 // there is no file yet
		lines = append(lines, c.String())
	}
	return &usageError{"nothing was written, because an answer cannot be used:\n" + strings.Join(lines, "\n")}
}

// next says what to do with it.
func (c *initCmd) next(m *Main, path string, made []string) {
	m.say("Made %s.", strings.Join(made, ", "))
	m.say("")
	m.say("What comes next:")
	m.say("  – keep a copy of the key elsewhere: without it, nothing sealed can be read")
	m.say("  – look through programme.toml, then run  regulars check")
	if c.LineSecret == "" && c.TelegramToken == "" {
		m.say("  – fill in a [[channel]] in %s", filepath.Base(path))
	}
	m.say("  – regulars serve, and in another terminal  regulars doctor")
	m.say("  – regulars staff invite --role owner  makes the code that enrols you")
	m.say("  – have a list of members already?  regulars import FILE --dry-run  says what it would bring")
}

// randomText is n random bytes as letters, digits, - and _.
func randomText(rand io.Reader, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(rand, b); err != nil {
		return "", fmt.Errorf("no randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
