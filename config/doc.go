// Package config is what the operator writes: one YAML file and a few
// environment variables, read once, checked whole, with one sentence for each
// mistake that names the file and the line.
//
// It is a leaf. It imports nothing of the program, and only cmd imports it
// and hands plain values on. Every field has a usable zero or a default, and
// all of them stand, with their defaults and what they do, in example.yaml,
// which a test keeps complete.
//
// YAML is read by goccy/go-yaml: it is kept up, MIT-licensed, has no
// dependencies, and its syntax tree knows the line of every value, which the
// sentences need.
package config
