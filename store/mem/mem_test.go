package mem

import (
	"testing"

	"regulars/store"
	"regulars/store/storetest"
)

func TestEngine(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.DB { return New() })
}

func TestEngineTwice(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.DB { return New(Twice) })
}
