package programme

import (
	"embed"
	"path"
	"slices"
	"strings"
)

//go:embed presets/*.toml presets/pictures/*.jpg
var presetFiles embed.FS

// presetNames in the order in which they are offered, the default first.
var presetNames = []string{"cafe", "cafe-hk", "cafe-jp", "cafe-th", "coffee", "beauty", "hotel", "airline", "prime", "warehouse", "streaming", "takeout", "sport", "brandclub"}

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

// PresetPicture is a picture that presets' rewards name, as the file that goes
// into the folder pictures; false when there is none of that name. They were
// drawn for this program.
func PresetPicture(name string) ([]byte, bool) {
	if name != path.Base(name) {
		return nil, false
	}
	data, err := presetFiles.ReadFile(path.Join("presets", "pictures", name))
	return data, err == nil
}

// Pictures are the files that the programme's rewards name, each once, in their
// order; addresses are not among them.
func (p *Programme) Pictures() (files []string) {
	for _, r := range p.Rules.Rewards {
		file := p.Words(Reward, r.ID, p.Languages[0]).Picture
		if file != "" && !strings.HasPrefix(file, "https://") && !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	return files
}

// NearestPreset is the preset that a misspelt name resembles, or "".
func NearestPreset(name string) string { return nearest(name, presetNames) }
