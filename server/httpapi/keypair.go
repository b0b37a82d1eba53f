package httpapi

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"sync"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// keyPair is a certificate with its key that is read again when its file
// changed, for certificates are renewed while servers run.
type keyPair struct {
	certFile, keyFile string

	mu     sync.Mutex
	loaded *tls.Certificate
	stamp  time.Time
	looked time.Time
}

// lookEvery is how often the file's time is looked at.
const lookEvery = 10 * time.Second

func (k *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.loaded != nil && time.Since(k.looked) < lookEvery {
		return k.loaded, nil
	}
	k.looked = time.Now()
	info, err := os.Stat(k.certFile)
	if err == nil && k.loaded != nil && info.ModTime().Equal(k.stamp) {
		return k.loaded, nil
	}
	pair, loadErr := tls.LoadX509KeyPair(k.certFile, k.keyFile)
	if err == nil {
		err = loadErr
	}
	switch {
	case err == nil:
		k.loaded, k.stamp = &pair, info.ModTime()
	case k.loaded == nil: // half a renewal must not end what works
		return nil, fault.New(fault.Usage, say.T("The TLS certificate and key cannot be used.")).
			Hint(say.T("Name a PEM certificate and the key that belongs to it.")).Because(err)
	}
	return k.loaded, nil
}

func authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(pem) {
		return nil, fault.New(fault.Usage, say.T("The certificates of the clients' authority cannot be read.")).
			Hint(say.T("Name a file of PEM certificates.")).Because(err)
	}
	return pool, nil
}
