import { inspect } from 'node:util'
import t from 'tap'
import { parseRedisUrl } from '../../../src/redis/url.js'

void t.test('URLs of all forms are understood', (t) => {
  const cases: [string, object][] = [
    ['redis://box', { host: 'box', port: 6379 }],
    ['redis://', { host: '127.0.0.1', port: 6379 }],
    ['redis://box:7000/3', { host: 'box', port: 7000, db: 3 }],
    ['redis://box/', { host: 'box', port: 6379 }],
    ['redis://[::1]:7000', { host: '::1', port: 7000 }],
    ['redis://:p%40ss@box', { host: 'box', port: 6379, password: 'p@ss' }],
    ['redis://me:secret@box', { host: 'box', port: 6379, username: 'me', password: 'secret' }],
    ['rediss://me@box', { host: 'box', port: 6379, username: 'me', tls: {} }],
    [
      'rediss://box/1?ssl_ca_certs=/ca.pem&ssl_certfile=/c.pem&ssl_keyfile=/k.pem&ssl_server_name=redis.test&ssl_cert_reqs=required',
      {
        host: 'box',
        port: 6379,
        db: 1,
        tls: { caCerts: '/ca.pem', certfile: '/c.pem', keyfile: '/k.pem', serverName: 'redis.test' },
      },
    ],
    ['unix:///run/redis.sock', { path: '/run/redis.sock' }],
    ['unix:///run/a%20b.sock?db=4', { path: '/run/a b.sock', db: 4 }],
  ]
  for (const [url, options] of cases) {
    t.strictSame(parseRedisUrl(url), options, url)
  }
  t.end()
})

void t.test('other URLs are refused with what was found and what is expected, never with a password', (t) => {
  const cases: [string, RegExp][] = [
    ['localhost', /"localhost" is not a URL; expected redis:\/\/host:port\/db/],
    ['', /"" is not a URL/],
    ['http://box', /has the scheme http:\/\//],
    ['redis://box/zero', /names the database "zero", not a number/],
    ['redis://box/-1', /names the database "-1"/],
    ['redis://box/1/2', /names the database "1\/2"/],
    ['unix:///a?db=x', /names the database "x"/],
    ['unix://box/a', /needs an absolute path/],
    ['redis://box:99999', /is not a URL/],
    ['redis://:7000/3', /is not a URL/],
    ['redis://me:top%secret@box', /has a "%" in its password that is not written %25/],
    ['redis://to%p:top-secret@box', /has a "%" in its user name/],
    ['unix:///a%b', /has a "%" in its path/],
    ['redis://box?ssl_ca_certs=/x', /names files for TLS, which only rediss:\/\/ has/],
    ['rediss://box?ssl_ca_certs=', /has an empty ssl_ca_certs/],
    ['rediss://box?ssl_cafile=/x', /has ssl_cafile, where ssl_ca_certs/],
    ['rediss://box?ssl_cert_reqs=none', /certificates are always verified/],
    ['redis://me:top#secret@box', /\*\*\*/],
    ['redis://me:top/secret@box/x', /\*\*\*/],
    ['redis://me:top-secret@box:port', /"redis:\/\/me:\*\*\*@box:port" is not a URL/],
  ]
  for (const [url, message] of cases) {
    try {
      parseRedisUrl(url)
      t.fail(`${url} was accepted`)
    } catch (error) {
      t.match(error, { code: 'RQD_BAD_OPTION', message })
      t.notMatch(inspect(error), /secret/, `${url}: nothing of the error shows the password`)
    }
  }
  t.end()
})
