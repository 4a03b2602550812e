package api

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// document is the OpenAPI 3.1 description of everything here, written by hand;
// tests hold it against what is answered.
//
//go:embed openapi.json
var document []byte

// serveDocument gives it to programs. It is public: it says nothing of a shop.
func serveDocument(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'")
	w.Write(document) // who has hung up reads nothing
}

// What the page for people takes out of the document.
type (
	openAPI struct {
		Info struct {
			Title       string `json:"title"`
			Version     string `json:"version"`
			Summary     string `json:"summary"`
			Description string `json:"description"`
		} `json:"info"`
		Tags []struct {
			Name string `json:"name"`
		} `json:"tags"`
		Paths      map[string]map[string]operation `json:"paths"`
		Components struct {
			Schemas    map[string]schema    `json:"schemas"`
			Parameters map[string]parameter `json:"parameters"`
		} `json:"components"`
	}
	operation struct {
		ID          string      `json:"operationId"`
		Tags        []string    `json:"tags"`
		Summary     string      `json:"summary"`
		Description string      `json:"description"`
		Parameters  []parameter `json:"parameters"`
		Body        struct {
			Content map[string]media `json:"content"`
		} `json:"requestBody"`
		Responses map[string]struct {
			Content map[string]media `json:"content"`
		} `json:"responses"`
	}
	media struct {
		Schema   schema `json:"schema"`
		Examples map[string]struct {
			Summary string          `json:"summary"`
			Value   json.RawMessage `json:"value"`
		} `json:"examples"`
	}
	parameter struct {
		Ref         string `json:"$ref"`
		Name        string `json:"name"`
		In          string `json:"in"`
		Required    bool   `json:"required"`
		Description string `json:"description"`
		Schema      schema `json:"schema"`
	}
	schema struct {
		Ref         string            `json:"$ref"`
		Type        string            `json:"type"`
		Format      string            `json:"format"`
		Description string            `json:"description"`
		Enum        []string          `json:"enum"`
		Properties  map[string]schema `json:"properties"`
		Required    []string          `json:"required"`
		Items       *schema           `json:"items"`
		AnyOf       []schema          `json:"anyOf"`
		AllOf       []schema          `json:"allOf"`
	}
)

// refName is the last part of a reference within the document.
func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// real follows a schema's reference.
func (o *openAPI) real(s schema) schema {
	if s.Ref == "" {
		return s
	}
	to := o.Components.Schemas[refName(s.Ref)]
	if s.Description != "" {
		to.Description = s.Description
	}
	return to
}

// field is a line of a table: one part of a request or of an answer.
type field struct {
	Name, Type, About string
	Must              bool
}

// fields are the parts of an object, what must be there first, then by name.
func (o *openAPI) fields(s schema) (list []field) {
	s = o.real(s)
	for _, part := range s.AllOf {
		list = append(list, o.fields(part)...)
	}
	for name, p := range s.Properties {
		list = append(list, field{name, o.typeOf(p), o.real(p).Description, slices.Contains(s.Required, name)})
	}
	slices.SortFunc(list, func(a, b field) int {
		if a.Must != b.Must {
			if a.Must {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list
}

// typeOf is what a value is, in a few words.
func (o *openAPI) typeOf(s schema) string {
	switch {
	case len(s.AnyOf) > 0:
		var all []string
		for _, one := range s.AnyOf {
			all = append(all, o.typeOf(one))
		}
		return strings.Join(all, " or ")
	case s.Items != nil:
		return "list of " + o.typeOf(*s.Items)
	case s.Ref != "" && len(o.real(s).Properties) > 0:
		return refName(s.Ref)
	case s.Ref != "":
		return o.typeOf(o.real(s))
	case s.Format != "":
		return s.Format
	case s.Type == "integer":
		return "whole number"
	}
	return s.Type
}
