package main

import (
	"bufio"
	"debug/elf"
	"encoding/json"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"

	"regulars/store/bolt"
)

// deployed is a file of the folder deploy.
func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// uncommented leaves out lines that begin with #.
func uncommented(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

var (
	descForm  = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)
	ownMetric = regexp.MustCompile(`\b(?:regulars|go|process)_[a-z0-9_]+`)
	selector  = regexp.MustCompile(`\b(regulars_[a-z0-9_]+)\{([^}]*)\}`)
	labelName = regexp.MustCompile(`([a-z_]+)\s*(?:=~|!=|!~|=)`)
)

// described are the metrics that the program has, with their labels.
func described(t *testing.T) map[string][]string {
	t.Helper()
	l := newLab(t, bolt.Options{}, nil)
	descs := make(chan *prometheus.Desc, 1000)
	l.app.app.ops.metrics.registry.Describe(descs)
	close(descs)
	all := map[string][]string{}
	for d := range descs {
		m := descForm.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("not understood: %s", d)
		}
		all[m[1]] = strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' })
	}
	families, err := l.app.app.ops.metrics.registry.Gather() // Go's and the machine's
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if _, ok := all[f.GetName()]; !ok {
			all[f.GetName()] = nil
		}
	}
	return all
}

// TestDeployedMetricsExist: every name and label that the dashboard and the
// alerts ask for is one that the program has, and the dashboard shows all.
func TestDeployedMetricsExist(t *testing.T) {
	t.Parallel()
	known := described(t)
	var board struct {
		Panels []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(deployed(t, "dashboard.json")), &board); err != nil {
		t.Fatal(err)
	}
	exprs := map[string]string{}
	ids := map[int]bool{}
	for _, p := range board.Panels {
		if ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %q has another's number, or does not fit", p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			exprs[p.Title+": "+target.Expr] = target.Expr
		}
	}
	for line := range strings.Lines(deployed(t, "alerts.yaml")) {
		if _, expr, ok := strings.Cut(line, "expr:"); ok {
			exprs["alert: "+strings.TrimSpace(expr)] = expr
		}
	}
	if len(exprs) < 30 {
		t.Fatalf("only %d expressions were found: is the test looking in the right place?", len(exprs))
	}
	shown := map[string]bool{}
	for where, expr := range exprs {
		for _, name := range ownMetric.FindAllString(expr, -1) {
			if _, ok := known[familyOf(known, name)]; !ok {
				t.Errorf("%s: there is no %s", where, name)
			}
			shown[familyOf(known, name)] = true
		}
		for _, m := range selector.FindAllStringSubmatch(expr, -1) {
			for _, label := range labelName.FindAllStringSubmatch(m[2], -1) {
				if l := label[1]; l != "job" && l != "instance" && l != "le" && !slices.Contains(known[familyOf(known, m[1])], l) {
					t.Errorf("%s: %s has no label %s", where, m[1], l)
				}
			}
		}
	}
	for name := range known {
		if strings.HasPrefix(name, "regulars_") && !shown[name] {
			t.Errorf("neither the dashboard nor an alert looks at %s", name)
		}
	}
}

// familyOf is the metric that a name belongs to: a histogram has three.
func familyOf(known map[string][]string, name string) string {
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		if family, ok := strings.CutSuffix(name, part); ok {
			if _, ok := known[family]; ok {
				return family
			}
		}
	}
	return name
}

// understood says whether the command line is one.
func understood(t *testing.T, args []string) {
	t.Helper()
	var c cli
	parser, err := kong.New(&c, kong.Vars{"config": "regulars.toml", "presets": presetNames()}, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("regulars %s: %v", strings.Join(args, " "), err)
	}
}

// TestDeployedUnit: what systemd runs is a command, it is given the time that
// a stop takes, and it may do little.
func TestDeployedUnit(t *testing.T) {
	t.Parallel()
	set := map[string]string{}
	for line := range strings.Lines(uncommented(deployed(t, "regulars.service"))) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			set[key] = value
		}
	}
	for _, key := range []string{"ExecStart", "ExecReload"} {
		args := strings.Fields(set[key])
		if len(args) < 2 || filepath.Base(args[0]) != "regulars" {
			t.Fatalf("%s is %q", key, set[key])
		}
		understood(t, args[1:])
	}
	for key, want := range map[string]string{
		"NoNewPrivileges": "yes", "ProtectSystem": "strict", "CapabilityBoundingSet": "", "MemoryDenyWriteExecute": "yes",
		"PrivateTmp": "yes", "UMask": "0077", "User": "regulars", "Restart": "on-failure", "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
	} {
		if got, ok := set[key]; !ok || got != want {
			t.Errorf("%s=%s, want %s", key, got, want)
		}
	}
	if d, err := time.ParseDuration(set["TimeoutStopSec"] + "s"); err != nil || d < stopTakes {
		t.Errorf("TimeoutStopSec=%s: a stop may take %v", set["TimeoutStopSec"], stopTakes)
	}
	if systemd, err := exec.LookPath("systemd-analyze"); err == nil {
		out, _ := exec.Command(systemd, "verify", "--man=no", "../../deploy/regulars.service").CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "regulars.service") && !strings.Contains(line, "is not executable") {
				t.Error(line)
			}
		}
	}
}

// stopTakes is how long a stop may take without drain: requests in hand, and
// the outbox's own grace.
const stopTakes = drainWithin + 10*time.Second

// dockerfile are its instructions, long lines joined.
func dockerfile(t *testing.T) (all [][2]string) {
	t.Helper()
	text := strings.ReplaceAll(uncommented(deployed(t, "Dockerfile")), "\\\n", " ")
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if word, rest, ok := strings.Cut(strings.TrimSpace(lines.Text()), " "); ok {
			all = append(all, [2]string{word, strings.TrimSpace(rest)})
		}
	}
	return all
}

// TestSecretsStayOutOfTheImage: what compose's operator writes beside it, partly
// unreadable to who builds, is neither sent to the builder nor to be committed.
func TestSecretsStayOutOfTheImage(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"../../.dockerignore": "deploy", "../../.gitignore": "/deploy/shop/"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(strings.Split(string(text), "\n"), want) {
			t.Errorf("%s does not name %s", name, want)
		}
	}
}

// TestDockerfile runs the build that the image is made of, and looks at what
// would be in it.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("the image's program is built without the race detector; the run without it tries it")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	stages, user, built := []string{}, "", ""
	for _, line := range dockerfile(t) {
		switch what, rest := line[0], line[1]; what {
		case "FROM":
			stages = append(stages, rest)
			if version, ok := strings.CutPrefix(strings.Fields(rest)[0], "golang:"); ok && !strings.Contains(string(mod), "\ngo "+version) {
				t.Errorf("the image builds with Go %s, go.mod asks for another", version)
			}
		case "COPY":
			from := strings.Fields(rest)
			for _, f := range from[:len(from)-1] {
				if _, err := os.Stat(filepath.Join(root, f)); len(stages) == 1 && err != nil {
					t.Errorf("COPY %s: %v", rest, err)
				}
			}
		case "RUN":
			if strings.Contains(rest, "go build") {
				built = buildAs(t, root, rest)
			}
		case "USER":
			user = rest
		case "CMD", "HEALTHCHECK":
			var args []string
			_, list, _ := strings.Cut(rest, "[")
			if err := json.Unmarshal([]byte("["+list), &args); err != nil {
				t.Fatalf("%s: %v", rest, err)
			}
			if what == "HEALTHCHECK" {
				args = args[1:]
			}
			understood(t, args)
		}
	}
	if len(stages) != 2 || stages[1] != "scratch" || !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) || built == "" {
		t.Fatalf("stages %q, user %q, built %q", stages, user, built)
	}
	if runtime.GOOS != "linux" {
		t.Skip("what was built is no Linux program: whether it is static is looked at there")
	}
	f, err := elf.Open(built)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the program needs a loader, and the image has none")
		}
	}
	if info, err := os.Stat(built); err != nil || info.Size() > 80<<20 {
		t.Errorf("the image is not small: %v %v", info.Size(), err)
	}
	zones := exec.Command(built, "version")
	zones.Env = []string{"ZONEINFO=/nowhere"}
	if out, err := zones.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// buildAs runs the image's build command, and gives the program.
func buildAs(t *testing.T, root, command string) string {
	t.Helper()
	var env, args []string
	for _, word := range strings.Fields(strings.ReplaceAll(command, `"-s -w"`, "-s@-w")) {
		if len(args) == 0 && strings.Contains(word, "=") {
			env = append(env, word)
			continue
		}
		args = append(args, strings.ReplaceAll(word, "@", " "))
	}
	out := filepath.Join(t.TempDir(), "regulars")
	at := slices.Index(args, "-o")
	if at < 0 || args[0] != "go" {
		t.Fatalf("not understood: %s", command)
	}
	args[at+1] = out
	c := exec.Command(args[0], args[1:]...)
	c.Dir, c.Env = root, append(os.Environ(), env...)
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, text)
	}
	return out
}

var (
	composeEnv = regexp.MustCompile(`(?m)^\s+(REGULARS_[A-Z_]+): "([^"]*)"`)
	variable   = regexp.MustCompile(`\$\{[A-Z_]+:\?\}`)
	target     = regexp.MustCompile(`\b(one|two):(\d+)`)
)

// TestDeployedSettings: what the image and compose set are settings, with
// values that the program takes, and everybody means the same ports.
func TestDeployedSettings(t *testing.T) {
	t.Parallel()
	env := map[string]string{}
	for _, line := range dockerfile(t) {
		if key, value, ok := strings.Cut(line[1], "="); ok && line[0] == "ENV" {
			env[key] = value
		}
	}
	compose := uncommented(deployed(t, "compose.yaml"))
	for _, m := range composeEnv.FindAllStringSubmatch(compose, -1) {
		env[m[1]] = variable.ReplaceAllString(m[2], "bot.example.com")
	}
	for key := range maps.Keys(env) {
		name := strings.ToLower(strings.TrimPrefix(key, "REGULARS_"))
		if key != "REGULARS_CONFIG" && !slices.Contains(keysOf(shopOptions), name) {
			t.Errorf("%s is no setting", key)
		}
	}
	s := newShell(t)
	s.write("regulars.toml", "")
	cfg, err := LoadConfig(s.path("regulars.toml"), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(cfg.Listen)
	_, figures, _ := net.SplitHostPort(cfg.MetricsListen)
	for file, want := range map[string]string{"Caddyfile": port, "prometheus.yaml": figures} {
		found := target.FindAllStringSubmatch(deployed(t, file), -1)
		if len(found) != 2 {
			t.Errorf("%s names %q, not both processes", file, found)
		}
		for _, m := range found {
			if m[2] != want || !strings.Contains(compose, "\n  "+m[1]+":\n") {
				t.Errorf("%s asks for %s; the program answers on %s", file, m[0], want)
			}
		}
	}
	if !slices.Contains(dockerfile(t), [2]string{"EXPOSE", port + " " + figures}) {
		t.Errorf("EXPOSE is not %s %s", port, figures)
	}
	caddy := deployed(t, "Caddyfile")
	if !strings.Contains(caddy, "health_uri /readyz") || !strings.Contains(caddy, "health_interval 2s") || cfg.Drain < 3*2*time.Second {
		t.Errorf("the proxy looks too seldom for a drain of %v", cfg.Drain)
	}
	grace := regexp.MustCompile(`stop_grace_period: (\S+)`).FindStringSubmatch(compose)
	if d, err := time.ParseDuration(grace[1]); err != nil || d < cfg.Drain+stopTakes {
		t.Errorf("stop_grace_period is %s; a stop may take %v", grace[1], cfg.Drain+stopTakes)
	}
	for _, m := range regexp.MustCompile(`\./([A-Za-z.]+):/etc`).FindAllStringSubmatch(compose, -1) {
		deployed(t, m[1])
	}
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+):\?\}`).FindAllStringSubmatch(compose, -1) {
		if !strings.Contains(deployed(t, "compose.env.example"), m[1]+"=") {
			t.Errorf("%s is asked for and not in compose.env.example", m[1])
		}
	}
}
