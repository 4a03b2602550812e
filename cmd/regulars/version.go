package main

import (
	"runtime"
	"runtime/debug"
)

// storeSchema is the version of the rows in the store. It rises when rows that
// an older version wrote must be changed before this one can read them.
const storeSchema = 1

type versionCmd struct{}

// Run prints what bug reports should begin with.
func (*versionCmd) Run(m *Main) error {
	m.say("regulars %s", version())
	m.say("store schema %d, %s %s/%s", storeSchema, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// version is the module's version, and the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	if rev := set["vcs.revision"]; rev != "" {
		v += " " + rev[:min(12, len(rev))]
		if set["vcs.modified"] == "true" {
			v += " with changes"
		}
	}
	return v
}
