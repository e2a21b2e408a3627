import t from 'tap'
import { isLocal, parseHttpAddress, showHttpAddress } from '../../../daemon/http/address.js'

t.test('C11: an HTTP address is a host and a port, or a Unix socket; it shows as it is given', async (t) => {
  const cases: [string, object, boolean][] = [
    ['127.0.0.1:9181', { kind: 'tcp', host: '127.0.0.1', port: 9181 }, true],
    ['127.8.9.1:0', { kind: 'tcp', host: '127.8.9.1', port: 0 }, true],
    ['localhost:80', { kind: 'tcp', host: 'localhost', port: 80 }, true],
    ['[::1]:9181', { kind: 'tcp', host: '::1', port: 9181 }, true],
    ['0.0.0.0:9181', { kind: 'tcp', host: '0.0.0.0', port: 9181 }, false],
    ['[::]:9181', { kind: 'tcp', host: '::', port: 9181 }, false],
    ['box-1.example.org:65535', { kind: 'tcp', host: 'box-1.example.org', port: 65_535 }, false],
    // A name is not an address, whatever it begins with.
    ['127.evil.example:80', { kind: 'tcp', host: '127.evil.example', port: 80 }, false],
    ['unix:/run/rqd/http.sock', { kind: 'unix', path: '/run/rqd/http.sock' }, true],
  ]
  for (const [text, address, local] of cases) {
    const parsed = parseHttpAddress(text)
    t.same(parsed, address)
    t.equal(isLocal(parsed), local, text)
    t.equal(showHttpAddress(parsed), text)
  }
})

t.test('anything else is refused, with what was found and expected', async (t) => {
  const cases = ['', '9181', ':9181', 'host', 'host:', 'host:99999', 'host:-1', '::1:9181', '[host]:1', '[127.0.0.1]:1']
  for (const text of [...cases, '999.1.1.1:80', 'a b:80', 'http://a:80', 'unix:', 'unix:relative', '[::1]', 'a:80/x']) {
    t.throws(() => parseHttpAddress(text), { code: 'RQD_BAD_OPTION', message: JSON.stringify(text) }, text)
  }
})
