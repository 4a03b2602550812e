package store

// Kept is what tables keep about somebody, ready for JSON: by the table's word,
// then by the rest of the row's key. A table that keeps nothing of them is there
// and empty, so that it can be told from one that was not asked.
type Kept map[string]map[string]any

// Of is a table's part of k, which may be added to.
func (k Kept) Of(word string) map[string]any {
	if k[word] == nil {
		k[word] = map[string]any{}
	}
	return k[word]
}

// Keep adds to k the row named by part, as "", and those whose key goes on after it.
func (t Table[T]) Keep(k Kept, r Reader, part string) error {
	rows := k.Of(t.Word())
	v, ok, err := t.Get(r, part)
	if err != nil {
		return err
	}
	if ok {
		rows[""] = v
	}
	for key, v := range t.Scan(r, t.Under(part), &err) {
		rows[key[len(part)+1:]] = v
	}
	return err
}

// Word is the table's prefix without its slash.
func (t Table[T]) Word() string { return t.prefix[:len(t.prefix)-1] }
