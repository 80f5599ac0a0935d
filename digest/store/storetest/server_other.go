//go:build !unix

package storetest

import "errors"

func startServer() (string, error) {
	return "", errors.New("a private server is started on Unix alone; set " + EnvDSN)
}
