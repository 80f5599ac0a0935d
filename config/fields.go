package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// fields is the shape of a mapping: its field names and, for those that hold
// mappings or lists of mappings, their shapes. A nil shape takes any value.
type fields map[string]fields

func configFields() fields { return fieldsOf(reflect.TypeFor[Config]()) }

// fieldsOf reads the shape of a struct from its yaml tags, so that the check
// for unknown fields can never differ from what is decoded.
func fieldsOf(t reflect.Type) fields {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	out := fields{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "-" && name != "" {
			out[name] = fieldsOf(t.Field(i).Type)
		}
	}
	return out
}

// unknownFields notes each field in node that the shape does not have.
func (d *document) unknownFields(node ast.Node, path string, shape fields) {
	if shape == nil {
		return
	}
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			d.unknownField(v, path, shape)
		}
	case *ast.MappingValueNode:
		d.unknownField(n, path, shape)
	case *ast.SequenceNode:
		for _, v := range n.Values {
			d.unknownFields(v, path, shape)
		}
	}
}

func (d *document) unknownField(v *ast.MappingValueNode, path string, shape fields) {
	name := v.Key.GetToken().Value
	sub, ok := shape[name]
	if ok {
		d.unknownFields(v.Value, path+"."+name, sub)
		return
	}
	text := fmt.Sprintf("%s:%d: there is no field %q here", d.name, v.Key.GetToken().Position.Line, name)
	if near := nearest(name, shape); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	d.mistakes = append(d.mistakes, text)
}

// nearest is the known field most like name, "" when none is near.
func nearest(name string, shape fields) string {
	best, bestDistance := "", 3
	for known := range shape {
		distance := editDistance(strings.ToLower(name), known)
		if distance < bestDistance || (distance == bestDistance && best != "" && known < best) {
			best, bestDistance = known, distance
		}
	}
	return best
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			previous, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, previous+cost)
		}
	}
	return row[len(b)]
}
