import t from 'tap'
import { isClusterUrl, parseClusterUrl } from '../../../../src/redis/cluster/address.js'
import { redactUrl } from '../../../../src/redis/redact-url.js'

t.test('the URL of a cluster names nodes, and how to be let in by all of them', (t) => {
  t.same(parseClusterUrl('redis+cluster://a:7000,b,[::1]:7002'), {
    nodes: [
      { host: 'a', port: 7000 },
      { host: 'b', port: 6379 },
      { host: '::1', port: 7002 },
    ],
    tls: undefined,
  })
  t.same(parseClusterUrl('rediss+cluster://me:p%40:ss@a:7000/'), {
    nodes: [{ host: 'a', port: 7000 }],
    username: 'me',
    password: 'p@:ss',
    tls: {},
  })
  t.same(parseClusterUrl('rediss+cluster://:p?w@a:7000,b?ssl_ca_certs=ca.pem').tls, { caCerts: 'ca.pem' })
  t.equal(isClusterUrl('redis://a:7000'), false)
  t.equal(redactUrl('redis+cluster://me:secret@a:7000,b'), 'redis+cluster://me:***@a:7000,b')
  t.end()
})

t.test('a node that cannot be read is named, without the password', (t) => {
  for (const [url, found] of [
    ['redis+cluster://:secret@', /names the node ""/],
    ['redis+cluster://:secret@a:70000', /names the node "a:70000"/],
    ['redis+cluster://:secret@a:7000,,b', /names the node ""/],
    ['redis+cluster://:secret@a:7000?ssl_ca_certs=ca.pem', /files for TLS, which only rediss\+cluster:\/\/ has/],
    ['rediss+cluster://:secret@a:7000?db=3', /has "db" after its "\?", where only those of TLS are known/],
    ['rediss+cluster://:secret@a:7000?ssl_cert_reqs=none', /certificates are always verified/],
    ['redis+cluster://:%@a:7000', /"%" in its password/],
  ] as const) {
    t.throws(() => parseClusterUrl(url), { code: 'RQD_BAD_OPTION', message: found })
    try {
      parseClusterUrl(url)
    } catch (thrown) {
      t.notMatch(String(thrown), /secret/)
    }
  }
  t.end()
})
