package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/sms"
	"regulars/loyalty/programme"
	"regulars/store/backup"
)

// Config is regulars.toml together with the environment, checked. Paths are
// absolute or relative to the working directory, ready to be opened.
type Config struct {
	Listen         string
	MetricsListen  string // "" is off
	Log            string // logText or logJSON
	LogLevel       slog.Level
	Unbounded      bool          // nobody's flood is bounded
	Drain          time.Duration // how long to go on after the word to stop
	PublicURL      string        // without a slash at its end; https://Domain where only that is set
	Domain         string        // "" is: no certificate of our own
	TrustedProxies []netip.Prefix
	HooksAllow     []netip.Prefix // networks of the shop's own that webhooks may reach
	Data           string         // the bbolt file, or PostgreSQL's URL: see storeName before printing it
	AdminSocket    string
	Programme      string
	KeyFile        string
	CertDir        string
	// BackupDir is where serve puts backups by itself, every BackupEvery; "" is
	// nowhere. Those that BackupKeep does not keep are deleted.
	BackupDir       string
	BackupEvery     time.Duration
	BackupKeep      backup.Keep
	BackupRecipient []string // age recipients; none: not encrypted
	Journal         string   // the folder where a file's commits are written down; "" is nowhere

	// texts are all settings as they were read, by name as in "channel main token":
	// what a reload compares.
	texts map[string]string

	// calls is what platforms are called with; nil: the machine's network.
	calls *http.Client

	SMS      sms.Config // URL is "" where no text messages are sent
	Channels []ChannelConfig
	Dir      string // of the file: relative paths are resolved against it
}

// ChannelConfig is one [[channel]]. Which fields mean something depends on Kind.
type ChannelConfig struct {
	Name    bot.ChannelName
	Kind    bot.Platform
	APIBase string // "" is the platform's own

	ChannelID, ChannelSecret, ChannelToken, BasicID, DataAPIBase string // LINE
	Provider                                                     string // LINE: whose channels share user ids; "" is its own

	Token, SecretToken, Username string // Telegram
	SecretBefore                 string // of webhooks; accepted too, while a change is on its way
	Polling                      bool   // Telegram
}

// ConfigError is everything that is wrong with a configuration.
type ConfigError struct {
	Path       string
	Complaints []programme.Complaint
}

// Error has one complaint a line.
func (e *ConfigError) Error() string {
	lines := []string{e.Path + " cannot be used:"}
	for _, c := range e.Complaints {
		lines = append(lines, "  "+c.String())
	}
	return strings.Join(lines, "\n")
}

// LoadConfig reads the file at path and what env adds to it or sets instead.
// Every complaint is in the error, a *ConfigError, in the order of lines. A
// file that is missing or cannot be read is another error.
func LoadConfig(path string, env func(string) (string, bool)) (*Config, error) {
	return loadConfig(path, env, true)
}

// loadConfig does not ask for the channels' secrets where secrets is false:
// who only speaks to a running serve, or counts points, needs none, and often
// does not have serve's environment.
func loadConfig(path string, env func(string) (string, bool), secrets bool) (*Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no configuration at %s.\nMake one with `regulars init`, or name another with --config", path)
	}
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	l := &loader{dir: filepath.Dir(path), env: env, secrets: secrets, texts: map[string]string{}}
	cfg := l.load(data)
	if len(l.complaints) > 0 {
		slices.SortStableFunc(l.complaints, func(a, b programme.Complaint) int { return a.Line - b.Line })
		return nil, &ConfigError{path, l.complaints}
	}
	return cfg, nil
}

// loader reads one configuration and gathers what is wrong with it.
type loader struct {
	dir        string
	env        func(string) (string, bool)
	secrets    bool
	texts      map[string]string
	within     string // begins the names of texts in a section
	complaints []programme.Complaint
}

func (l *loader) complain(line int, key, wrong, allowed string) {
	l.complaints = append(l.complaints, programme.Complaint{Line: line, Key: key, Wrong: wrong, Allowed: allowed})
}

func (l *loader) load(data []byte) *Config {
	file, complaint := parseFile(data)
	if complaint != nil {
		l.complaints = append(l.complaints, *complaint)
		return nil
	}
	cfg := &Config{Dir: l.dir, texts: l.texts}
	read(l, file.top, shopOptions, "REGULARS_", "", cfg)
	for _, key := range file.top.keys() {
		if key != "channel" && key != "sms" {
			l.unknown(file.top, key, keysOf(shopOptions))
		}
	}
	for _, p := range []*string{&cfg.Data, &cfg.AdminSocket, &cfg.Programme, &cfg.KeyFile, &cfg.CertDir, &cfg.BackupDir} {
		*p = l.resolve(*p)
	}
	cfg.Journal = l.journal(cfg)
	if cfg.PublicURL == "" && cfg.Domain != "" {
		cfg.PublicURL = "https://" + cfg.Domain
	}
	l.sms(cfg, file.sms)
	for _, t := range file.channels {
		l.channel(cfg, t)
	}
	return cfg
}

// resolve makes a path relative to the file's folder one that can be opened.
func (l *loader) resolve(path string) string {
	if path == "" || filepath.IsAbs(path) || onServer(path) {
		return path
	}
	return filepath.Join(l.dir, path)
}

// channel reads one [[channel]]: its name and kind say which keys may follow.
func (l *loader) channel(cfg *Config, t *section) {
	var c ChannelConfig
	before := len(l.complaints)
	read(l, t, nameOptions, "", "channel.", &c)
	for _, other := range cfg.Channels {
		if other.Name == c.Name && c.Name != "" {
			l.complain(t.line("name"), "channel.name", fmt.Sprintf("%q is another channel's name", c.Name), "")
		}
	}
	options := channelOptions[c.Kind]
	if len(l.complaints) > before {
		return // without name and kind the rest says nothing certain
	}
	l.within = "channel " + string(c.Name) + " "
	read(l, t, options, envOf(c.Name), "channel.", &c)
	l.within = ""
	known := append(keysOf(nameOptions), keysOf(options)...)
	for _, key := range t.keys() {
		if !slices.Contains(known, key) && slices.Contains(keysOf(channelOptions[other(c.Kind)]), key) {
			l.complain(t.line(key), "channel."+key, fmt.Sprintf("means nothing where kind is %q", c.Kind), "")
		} else {
			l.unknown(t, key, known)
		}
	}
	if l.secrets {
		l.missing(&c, t)
	}
	cfg.Channels = append(cfg.Channels, c)
}

// missing names the secrets that a channel cannot do without.
func (l *loader) missing(c *ChannelConfig, t *section) {
	lack := func(key, what string) {
		name := envOf(c.Name) + strings.ToUpper(key)
		l.complain(t.at, "channel "+string(c.Name), fmt.Sprintf("%s is missing: %s. Write it here, or set %s or %s_FILE", key, what, name, name), "")
	}
	switch c.Kind {
	case bot.LINE:
		if c.ChannelSecret == "" {
			lack("channel_secret", "without it anybody could pretend to be LINE; copy it from Basic settings in the LINE Developers console")
		}
		if c.ChannelToken == "" && c.ChannelID == "" {
			lack("channel_token", "set it, or channel_id so that short-lived tokens are fetched; both stand in the LINE Developers console")
		}
	case bot.Telegram:
		if c.Token == "" {
			lack("token", "BotFather shows it")
		}
		if c.SecretToken == "" && !c.Polling {
			lack("secret_token", "without it anybody could pretend to be Telegram; choose 32 random letters and digits, or set polling = true")
		}
	}
}

// unknown complains of a key that no option took.
func (l *loader) unknown(t *section, key string, known []string) {
	if slices.Contains(known, key) {
		return
	}
	c := programme.Complaint{Line: t.line(key), Key: t.path + key, Wrong: "there is no such key", Nearest: programme.Nearest(key, known)}
	if c.Nearest == "" {
		c.Allowed = strings.Join(known, ", ")
	}
	l.complaints = append(l.complaints, c)
}

// envOf begins the names of a channel's variables: REGULARS_CHANNEL_MAIN_.
func envOf(name bot.ChannelName) string {
	return "REGULARS_CHANNEL_" + strings.ToUpper(strings.ReplaceAll(string(name), "-", "_")) + "_"
}

// pictures is the folder of the programme's pictures, beside its file.
func (c *Config) pictures() string { return filepath.Join(filepath.Dir(c.Programme), "pictures") }
