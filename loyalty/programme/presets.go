package programme

import (
	"embed"
	"path"
	"slices"
	"strings"
)

//go:embed presets/*.toml
var presetFiles embed.FS

// presetNames in the order in which they are offered, the default first.
var presetNames = []string{"cafe", "cafe-hk", "cafe-jp", "cafe-th", "coffee", "beauty", "hotel", "airline"}

// PresetInfo is a preset's name and one sentence about it, in English.
type PresetInfo struct {
	Name  string
	About string // the first line of the file
}

// Presets lists the programmes that ship with the program, the default first.
func Presets() []PresetInfo {
	all := make([]PresetInfo, 0, len(presetNames))
	for _, name := range presetNames {
		data, _ := Preset(name)
		first, _, _ := strings.Cut(string(data), "\n")
		all = append(all, PresetInfo{name, strings.TrimPrefix(first, "# ")})
	}
	return all
}

// Preset is a shipped programme file as it is written out for a shop to edit;
// false when there is none of that name.
func Preset(name string) ([]byte, bool) {
	if !slices.Contains(presetNames, name) {
		return nil, false
	}
	data, err := presetFiles.ReadFile(path.Join("presets", name+".toml"))
	return data, err == nil
}

// NearestPreset is the preset that a misspelt name resembles, or "".
func NearestPreset(name string) string { return nearest(name, presetNames) }
