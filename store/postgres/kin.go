package postgres

import (
	"strings"
	"sync"
)

// kin learns which tables' rows of one name are read in one transaction: whoever
// locks "member/ann" may then read "account/ann", "told/ann" and "reach/ann", a
// round trip each. What most transactions went on to read is read along with
// the first, so that a LAN's distance is paid once. It guesses only which rows
// are asked for early, never what is in them.
type kin struct {
	mu sync.Mutex
	of map[string]*following
}

// following is what was read after one beginning: a lock's word ("member"), or
// the first row read of a name, by its table ("person/").
type following struct {
	times int            // that there was this beginning
	asked map[string]int // in how many of them each table was asked for
}

const (
	kinSure   = 4   // beginnings seen before anything is guessed
	kinMemory = 256 // beginnings after which older ones count half
	kinMost   = 16  // rows guessed at once, and tables remembered times four

	trailNames = 1024 // names that one transaction remembers: some read millions
)

// expect counts one beginning, and names the tables that at least half of those
// before went on to.
func (k *kin) expect(start string) (tables []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of[start]
	if f == nil {
		if k.of == nil {
			k.of = map[string]*following{}
		}
		f = &following{asked: map[string]int{}}
		k.of[start] = f
	}
	for table, n := range f.asked {
		if f.times >= kinSure && 2*n >= f.times && len(tables) < kinMost {
			tables = append(tables, table)
		}
	}
	if f.times++; f.times >= kinMemory {
		f.times /= 2
		for table := range f.asked {
			f.asked[table] /= 2
		}
	}
	return tables
}

// note counts that table was asked for after start, once a beginning.
func (k *kin) note(start, table string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.of[start]; f != nil && (f.asked[table] > 0 || len(f.asked) < 4*kinMost) {
		f.asked[table]++
	}
}

// trail is what one transaction has to do with kin.
type trail struct {
	began map[string]string // the beginning, by name
	noted map[string]bool
}

// begin marks that start came upon name, and returns the keys to read along.
func (t *trail) begin(k *kin, start, name string) (keys []string) {
	if t.began == nil || len(t.began) >= trailNames {
		t.began, t.noted = map[string]string{}, map[string]bool{}
	}
	t.began[name] = start
	for _, table := range k.expect(start) {
		if table != start {
			keys = append(keys, table+name)
		}
	}
	return keys
}

// read marks that the row under key is asked for, and returns the keys to read
// along where it is the first of its name.
func (t *trail) read(k *kin, key string) (keys []string) {
	table, name, ok := strings.Cut(key, "/")
	if !ok || name == "" {
		return nil
	}
	table += "/"
	start, ok := t.began[name]
	if !ok {
		return t.begin(k, table, name)
	}
	if mark := start + "\x00" + key; start != table && !t.noted[mark] {
		t.noted[mark] = true
		k.note(start, table)
	}
	return nil
}
