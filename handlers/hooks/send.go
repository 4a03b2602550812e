package hooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// answer is what came of one POST.
type answer struct {
	Status int           // 0: none came
	Why    Reason        // "": it arrived
	Wait   time.Duration // what the receiver asked us to wait, see Retry-After
}

// body is what is sent of an event: its id goes in a header.
type body struct {
	Type Type      `json:"type"`
	At   time.Time `json:"timestamp"`
	Data Data      `json:"data"`
}

// maxAnswer is how many bytes of an answer are read, so that its connection can
// be used again. Nothing of it is kept: who knows what it holds.
const maxAnswer = 64 << 10

// post sends one event. An error is an accident here, not at the receiver.
func (d *Desk) post(ctx context.Context, e *Endpoint, v Event) (answer, error) {
	text, err := json.Marshal(body{v.Type, v.At, v.Data})
	if err != nil {
		return answer{}, err
	}
	now := d.Clock.Now()
	signature, err := d.signature(e, v.ID, now, text)
	if err != nil {
		return answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(text))
	if err != nil {
		return answer{Why: WhyName}, nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Regulars-Webhooks")
	req.Header.Set("Webhook-Id", v.ID)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", signature)
	res, err := d.way.Load().client.Do(req)
	if err != nil {
		return answer{Why: reasonOf(err)}, ctx.Err()
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer) // it has answered, whatever becomes of the rest
	return answerOf(res), nil
}

// answerOf judges an answer.
func answerOf(res *http.Response) answer {
	a := answer{Status: res.StatusCode}
	switch {
	case res.StatusCode >= 200 && res.StatusCode <= 299:
		return a
	case res.StatusCode == http.StatusGone:
		a.Why = WhyGone
	case res.StatusCode >= 300 && res.StatusCode <= 399:
		a.Why = WhyRedirect
	default:
		a.Why = WhyStatus
	}
	if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
		a.Wait = min(time.Duration(n)*time.Second, longestAsked)
	}
	return a
}

// reasonOf sorts what kept an answer from coming. The error itself is not kept:
// it would quote the address.
func reasonOf(err error) Reason {
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var late net.Error
	switch {
	case errors.Is(err, ErrAddress), errors.Is(err, ErrPort):
		return WhyGuard
	case errors.As(err, &name):
		return WhyName
	case errors.As(err, &invalid), errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &record):
		return WhyTLS
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &late) && late.Timeout():
		return WhyTimeout
	}
	return WhyNetwork
}
