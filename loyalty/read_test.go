package loyalty

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

// anyValue fills v with something of its type, every field of it now and then.
func anyValue(r *rand.Rand, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		t := time.Date(1990+r.IntN(80), 1, 1, 0, 0, r.IntN(400*24*60*60), 0, time.UTC)
		if r.IntN(2) == 0 {
			t = t.Add(time.Duration(r.IntN(1e9)))
		}
		if r.IntN(9) == 0 {
			t = t.In(time.FixedZone("", 8*60*60))
		}
		v.Set(reflect.ValueOf(t))
		return
	case Hash:
		for i := range v.Len() {
			v.Index(i).SetUint(r.Uint64() & 255)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString([]string{"available", "issued", "earn", "gift", "a", "職員/七", "base", fmt.Sprint("job/", r.IntN(1e6))}[r.IntN(8)])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.IntN(2_000_000) - 1_000_000))
	case reflect.Int32:
		v.SetInt(int64(r.IntN(40000)))
	case reflect.Uint8:
		v.SetUint(uint64(r.IntN(256)))
	case reflect.Uint64:
		v.SetUint(uint64(r.IntN(1000)))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		anyValue(r, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(4), 4))
		for i := range v.Len() {
			anyValue(r, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if r.IntN(2) == 0 {
				anyValue(r, v.Field(i))
			}
		}
	default:
		panic("an entry has a field of a kind that this test does not know: " + v.Type().String())
	}
}

// TestReadJSONReadsWhatTheEncoderWrites fills entries at random, by reflection, so
// that a field that ReadJSON does not know is noticed.
func TestReadJSONReadsWhatTheEncoderWrites(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 9))
	for range 1000 {
		var e Entry
		v := reflect.ValueOf(&e).Elem()
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "Carry" && name != "Peer" && r.IntN(3) > 0 {
				anyValue(r, v.Field(i))
			}
		}
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var want, got Entry
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		if !got.ReadJSON(raw) {
			t.Fatalf("seed %d: not read: %s", seed, raw)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %s\nis read as %+v\nand is     %+v", seed, raw, got, want)
		}
		mangled(t, r, seed, raw)
	}
}

// mangled changes the text: what is then read by ReadJSON, if anything, is what
// encoding/json reads.
func mangled(t *testing.T, r *rand.Rand, seed uint64, raw []byte) {
	t.Helper()
	for range 20 {
		b := []byte(string(raw))
		switch i := r.IntN(len(b)); r.IntN(3) {
		case 0:
			b = b[:i]
		case 1:
			b[i] = byte(r.IntN(256))
		case 2:
			b[i] = `{}[]",:-0.\e`[r.IntN(12)]
		}
		var want, got Entry
		if !got.ReadJSON(b) {
			if !reflect.DeepEqual(got, Entry{}) {
				t.Fatalf("seed %d: %s is not read and leaves something behind", seed, b)
			}
			continue
		}
		if err := json.Unmarshal(b, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %s\nis read as %+v\nand is     %+v (%v)", seed, b, got, want, err)
		}
	}
}

func TestReadJSONLeavesToOthersWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		`{"carry":{}}`, `{"peer":{"with":"A","lot":1}}`, `{"newer":1}`, `{"Seq":1}`, `{"seq": 1}`, `{"op":"a\u003cb"}`, `{"legs":null}`,
		`{"seq":-1}`, `{"form":256}`, `{"amount":9223372036854775807}`, `{"amount":01}`, `{"of":-0}`, `{"amount":1.0}`, `{"sale":false}`,
		`{}x`, ``, `null`, `{"seq":1,}`, `{"legs":[}`, "{\"op\":\"\xff\"}", `{"deadline":"2026-02-30T00:00:00Z"}`,
	} {
		e := Entry{Op: "before"}
		if e.ReadJSON([]byte(s)) {
			t.Errorf("%s is read: %+v", s, e)
		}
	}
	var e Entry
	if long := `{"op":"` + strings.Repeat("x", 5000) + `","parts":[]}`; !e.ReadJSON([]byte(long)) || len(e.Op) != 5000 || e.Parts == nil {
		t.Errorf("a long one is read as %+v", e)
	}
}
