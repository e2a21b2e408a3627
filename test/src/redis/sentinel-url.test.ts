import { inspect } from 'node:util'
import t from 'tap'
import { parseSentinelUrl, splitSentinelUrl } from '../../../src/redis/sentinel-url.js'

const plain = { masterName: 'mymaster', db: 0, ssl: false }

t.test('URLs of Sentinel are understood, with passwords of their own for Redis and the sentinels (W15)', async (t) => {
  const cases: [string, object][] = [
    ['redis+sentinel://a', { ...plain, instances: [['a', 26_379]] }],
    [
      'redis+sentinel://a:1,[::1]:2,c/jobs/3',
      {
        ...plain,
        instances: [
          ['a', 1],
          ['::1', 2],
          ['c', 26_379],
        ],
        masterName: 'jobs',
        db: 3,
      },
    ],
    [
      'redis+sentinel://me:p%40ss@a:1/jobs?sentinel_username=you&sentinel_password=s%26cret&socket_timeout=0.5',
      {
        ...plain,
        instances: [['a', 1]],
        masterName: 'jobs',
        username: 'me',
        password: 'p@ss',
        sentinelUsername: 'you',
        sentinelPassword: 's&cret',
        socketTimeoutSec: 0.5,
      },
    ],
    ['redis+sentinel://:only@a', { ...plain, instances: [['a', 26_379]], password: 'only' }],
    [
      'rediss+sentinel://a/jobs?ssl_ca_certs=/ca.pem&ssl_server_name=redis.test&sentinel_ssl=false',
      {
        ...plain,
        instances: [['a', 26_379]],
        masterName: 'jobs',
        ssl: true,
        sentinelSsl: false,
        tls: { caCerts: '/ca.pem', serverName: 'redis.test' },
      },
    ],
  ]
  for (const [url, address] of cases) t.strictSame(parseSentinelUrl(url), address, url)
})

t.test(
  'other URLs of Sentinel are refused with what was found and what is expected, never with a password',
  async (t) => {
    const cases: [string, RegExp][] = [
      ['redis+sentinel://', /names no sentinel; expected redis:/],
      ['redis+sentinel://a:99999', /names the sentinel "a:99999", not host:port/],
      ['redis+sentinel://a,,b', /names the sentinel "", not host:port/],
      ['redis+sentinel://a/jobs/x', /names the database "x", not a number/],
      [
        'redis+sentinel://a/jobs?sentinel_pasword=secret',
        /has "sentinel_pasword" after its "\?", where sentinel_username/,
      ],
      [
        'redis+sentinel://a?sentinel_password=top-secret&socket_timeout=no',
        /sentinel_password=\*\*\*.*no number of seconds/,
      ],
      ['redis+sentinel://:top%secret@a', /has a "%" in its password/],
      ['redis+sentinel://a?ssl_ca_certs=/x', /names files for TLS, which only rediss\+sentinel:\/\/ has/],
      ['rediss+sentinel://a?ssl_ca=/x', /has ssl_ca, where ssl_ca_certs, ssl_certfile/],
      ['rediss+sentinel://a?ssl_cert_reqs=none', /certificates are always verified/],
    ]
    for (const [url, message] of cases) {
      try {
        parseSentinelUrl(url)
        t.fail(`${url} was accepted`)
      } catch (error) {
        t.match(error, { code: 'RQD_BAD_OPTION', message })
        t.notMatch(inspect(error).replaceAll('sentinel_pasword=secret', ''), /secret/, url)
      }
    }
  },
)

t.test('the sentinels of a URL are told from the rest of it', async (t) => {
  t.strictSame(splitSentinelUrl('redis+sentinel://a:1@a:1,b/jobs/0?x=1'), {
    hosts: 'a:1,b',
    rest: 'redis+sentinel://a:1@sentinels/jobs/0?x=1',
  })
  t.equal(splitSentinelUrl('redis://a'), undefined)
})
