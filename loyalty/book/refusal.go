package book

import (
	"encoding/json"
	"errors"
	"fmt"

	"regulars/loyalty"
)

// refusalRow is a refusal as it is stored: the name of its type, or the text
// of one without arguments, and its fields.
type refusalRow struct {
	Code string          `json:"code"`
	Args json.RawMessage `json:"args,omitempty"`
}

// plain are the refusals without arguments.
var plain = []error{
	loyalty.ErrAlreadyReversed, loyalty.ErrSelf, loyalty.ErrFrozen, loyalty.ErrAmount,
	loyalty.ErrOverflow, loyalty.ErrUnknownRef, loyalty.ErrHoldClosed, loyalty.ErrReason, loyalty.ErrFull,
	loyalty.ErrMerged, loyalty.ErrNotMerged, loyalty.ErrNewerMerge, loyalty.ErrGone, loyalty.ErrMatched,
}

// fresh makes an empty refusal of each type that has arguments.
var fresh = map[string]func() error{
	"short":     func() error { return new(loyalty.ShortError) },
	"limit":     func() error { return new(loyalty.LimitError) },
	"approval":  func() error { return new(loyalty.ApprovalError) },
	"duplicate": func() error { return new(loyalty.DuplicateError) },
	"excess":    func() error { return new(loyalty.ExcessError) },
	"kind":      func() error { return new(loyalty.KindError) },
	"stop":      func() error { return new(loyalty.StopError) },
}

// packRefusal is the stored form of err, which loyalty.Refused accepts.
func packRefusal(err error) (*refusalRow, error) {
	for _, p := range plain {
		if errors.Is(err, p) {
			return &refusalRow{Code: p.Error()}, nil
		}
	}
	for code, make := range fresh {
		if e := make(); sameType(err, e) {
			args, jerr := json.Marshal(e)
			return &refusalRow{code, args}, jerr
		}
	}
	return nil, fmt.Errorf("book: no stored form of refusal: %w", err)
}

// sameType copies err into e when it is of e's type.
func sameType(err, e error) bool {
	switch e := e.(type) {
	case *loyalty.ShortError:
		return as(err, e)
	case *loyalty.LimitError:
		return as(err, e)
	case *loyalty.ApprovalError:
		return as(err, e)
	case *loyalty.DuplicateError:
		return as(err, e)
	case *loyalty.ExcessError:
		return as(err, e)
	case *loyalty.KindError:
		return as(err, e)
	case *loyalty.StopError:
		return as(err, e)
	}
	return false
}

// as finds a *T in err's chain and copies what it points to.
func as[T any](err error, to *T) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if e, ok := err.(interface{ error }); ok {
			if p, ok := any(e).(*T); ok {
				*to = *p
				return true
			}
		}
	}
	return false
}

// unpack is the refusal that was stored.
func (r *refusalRow) unpack() error {
	for _, p := range plain {
		if p.Error() == r.Code {
			return p
		}
	}
	make, ok := fresh[r.Code]
	if !ok {
		return fmt.Errorf("book: stored refusal %q is of no known kind", r.Code)
	}
	e := make()
	if err := json.Unmarshal(r.Args, e); err != nil {
		return err
	}
	return e
}
