import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { readArguments } from '../../../daemon/cli/arguments.js'
import { program } from '../../../daemon/cli/rqd.js'
import { loadSettings } from '../../../daemon/config/load-settings.js'
import { type Configuration, configure } from '../../../daemon/config/make-config.js'

interface Sources {
  file?: Record<string, unknown>
  env?: Record<string, string>
  argv?: string[]
}

async function load({ file, env = {}, argv = [] }: Sources): Promise<Configuration> {
  const folder = await mkdtemp(join(tmpdir(), 'rqd-config-'))
  try {
    if (file !== undefined) await writeFile(join(folder, 'rqd.config.json'), JSON.stringify(file))
    const nowhere = new PassThrough()
    const wanted = readArguments(program({ stdout: nowhere, stderr: nowhere, env }), argv)
    return configure((await loadSettings({ ...wanted, environment: env, folder })).settings)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** An option with its name in each place, and values that it may have. */
const options: { key: string; file: string; env: string; flag: string; values: fc.Arbitrary<number | string> }[] = [
  { key: 'executors', file: 'executors', env: 'RQD_EXECUTORS', flag: '-N', values: fc.integer({ min: 1, max: 1000 }) },
  { key: 'name', file: 'NAME', env: 'RQD_NAME', flag: '--name', values: fc.stringMatching(/^[a-z]{1,8}$/) },
  {
    key: 'resultsTtl',
    file: 'results-ttl',
    env: 'RQD_RESULTS_TTL',
    flag: '--results-ttl',
    values: fc.integer({ min: 0, max: 9999 }),
  },
  {
    key: 'logLevel',
    file: 'LOGGING_LEVEL',
    env: 'RQD_LOG_LEVEL',
    flag: '--logging-level',
    values: fc.constantFrom('error', 'info', 'debug'),
  },
  {
    key: 'url',
    file: 'REDIS_URL',
    env: 'RQ_REDIS_URL',
    flag: '-u',
    values: fc.integer({ min: 1, max: 99 }).map((n) => `redis://h:1/${n}`),
  },
]

t.test(
  'flags win over the environment, that over the file, that over the defaults, option by option (W14)',
  async (t) => {
    const defaults = (await load({})).config as Record<string, unknown>
    const said = fc.record(Object.fromEntries(options.map(({ key, values }) => [key, fc.option(values)])))
    await fc.assert(
      fc.asyncProperty(said, said, said, async (inFile, inEnv, inFlags) => {
        const given = (from: typeof inFile) => options.filter(({ key }) => from[key] !== null)
        const { config, origins } = await load({
          file: Object.fromEntries(given(inFile).map(({ key, file }) => [file, inFile[key]])),
          env: Object.fromEntries(given(inEnv).map(({ key, env }) => [env, String(inEnv[key])])),
          argv: given(inFlags).flatMap(({ key, flag }) => [flag, String(inFlags[key])]),
        })
        for (const { key } of options) {
          const expected = inFlags[key] ?? inEnv[key] ?? inFile[key] ?? defaults[key]
          const kind =
            inFlags[key] !== null
              ? 'flag'
              : inEnv[key] !== null
                ? 'environment'
                : inFile[key] !== null
                  ? 'file'
                  : 'default'
          const found = (config as Record<string, unknown>)[key]
          if (found !== expected || origins.get(key)?.kind !== kind)
            throw new Error(
              `${key} is ${String(found)} from ${origins.get(key)?.kind ?? '?'}; expected ${String(expected)} from ${kind}`,
            )
        }
      }),
      { numRuns: 60 },
    )
    t.pass('held')
  },
)

const urls: [title: string, Sources, url: string][] = [
  ['nothing', {}, 'redis://localhost:6379/0'],
  [
    'parts in a file',
    { file: { REDIS_HOST: 'h', REDIS_PORT: 7000, REDIS_DB: 2, REDIS_PASSWORD: 'a@/b%41' } },
    'redis://:a%40%2Fb%2541@h:7000/2',
  ],
  ['TLS', { file: { REDIS_HOST: 'h', REDIS_SSL: true } }, 'rediss://h:6379/0'],
  [
    'a certificate authority and a client certificate, in a file',
    {
      file: {
        REDIS_HOST: 'h',
        REDIS_SSL: true,
        REDIS_SSL_CA_CERTS: '/ca.pem',
        REDIS_SSL_CERTFILE: '/c.pem',
        REDIS_SSL_KEYFILE: '/k.pem',
        REDIS_SSL_SERVER_NAME: 'redis.test',
      },
    },
    'rediss://h:6379/0?ssl_ca_certs=%2Fca.pem&ssl_certfile=%2Fc.pem&ssl_keyfile=%2Fk.pem&ssl_server_name=redis.test',
  ],
  [
    'a user and a password from the environment join a URL of Sentinel',
    {
      file: { url: 'redis+sentinel://a:1,b:2/jobs/0?sentinel_password=s' },
      env: { RQD_REDIS_USERNAME: 'u', RQ_REDIS_PASSWORD: 'p', RQ_REDIS_DB: '4' },
    },
    'redis+sentinel://u:p@a:1,b:2/jobs/4?sentinel_password=s',
  ],
  [
    'a host takes the place of sentinels',
    { file: { url: 'redis+sentinel://a:1,b:2/jobs/0' }, env: { RQ_REDIS_HOST: 'h' } },
    'redis://h:6379/0',
  ],
  ['IPv6', { file: { REDIS_HOST: '::1' } }, 'redis://[::1]:6379/0'],
  ['a URL wins over parts beside it', { file: { REDIS_URL: 'redis://u:1/0', REDIS_HOST: 'h' } }, 'redis://u:1/0'],
  [
    'a password from the environment joins the file',
    { file: { url: 'redis://u:1/3' }, env: { RQ_REDIS_PASSWORD: 'p' } },
    'redis://:p@u:1/3',
  ],
  ['a database joins a socket', { file: { url: 'unix:///s' }, env: { RQ_REDIS_DB: '4' } }, 'unix:///s?db=4'],
  [
    'a host takes the place of a socket',
    { file: { url: 'unix:///s' }, env: { RQ_REDIS_HOST: 'h' } },
    'redis://h:6379/0',
  ],
  [
    'a flag wins over all parts',
    { env: { RQ_REDIS_HOST: 'h', RQ_REDIS_PASSWORD: 'p' }, argv: ['-u', 'redis://f'] },
    'redis://f',
  ],
  ['RQD_URL wins over RQ_REDIS_URL', { env: { RQD_URL: 'redis://ours', RQ_REDIS_URL: 'redis://rq' } }, 'redis://ours'],
  ['bare names are for where nobody says anything', { env: { REDIS_URL: 'redis://bare' } }, 'redis://bare'],
  [
    'bare names give way to a file, as in RQ',
    { file: { url: 'redis://f' }, env: { REDIS_URL: 'redis://bare' } },
    'redis://f',
  ],
  ['bare parts', { env: { REDIS_HOST: 'h', REDIS_PORT: '7' } }, 'redis://h:7/0'],
  ['a port as Kubernetes sets it', { env: { REDIS_PORT: 'tcp://10.0.0.1:6379' } }, 'redis://localhost:6379/0'],
]

for (const [title, sources, url] of urls) {
  t.test(`where Redis is: ${title} (W14)`, async (t) => t.equal((await load(sources)).config.url, url))
}

t.test('SENTINEL stands until a stronger source names a server', async (t) => {
  const file = { SENTINEL: { INSTANCES: ['s:1'] }, REDIS_HOST: 'h' }
  t.same((await load({ file })).config.sentinel?.instances, [['s', 1]])
  t.equal((await load({ file, argv: ['-u', 'redis://f'] })).config.sentinel, undefined)
  t.equal((await load({ file, env: { RQ_REDIS_HOST: 'h' } })).config.sentinel, undefined)
  t.match((await load({ file, env: { RQ_REDIS_PASSWORD: 'p', RQ_REDIS_SSL_CA_CERTS: '/ca.pem' } })).config.sentinel, {
    instances: [['s', 1]],
    password: 'p',
    tls: { caCerts: '/ca.pem' },
  })
  t.equal((await load({ file: { ...file, REDIS_URL: 'redis://u' } })).config.sentinel, undefined)
})

t.test('lists and truths are texts in the environment', async (t) => {
  const env = { RQD_QUEUES: 'high, low', RQD_PATH: '/a:/b', RQD_BURST: 'yes', RQD_SCHEDULER: '0', RQD_NAME: '' }
  t.match((await load({ env })).config, {
    queues: ['high', 'low'],
    path: ['/a', '/b'],
    burst: true,
    scheduler: false,
    name: undefined,
  })
  await t.rejects(load({ env: { RQD_BURST: 'maybe' } }), { message: /^RQD_BURST is "maybe": expected true or false/ })
})

t.test("RQ's flags mean what they mean there (W3)", async (t) => {
  const of = async (...argv: string[]) => (await load({ argv })).config
  t.match(await of('--logging_level', 'WARNING'), { logLevel: 'warn' })
  t.match(await of('-v', '--logging-level', 'ERROR'), { logLevel: 'debug' })
  t.match(await of('-q'), { logLevel: 'warn' })
  t.match(await of('--no-scheduler'), { scheduler: false })
  t.match(await load({ file: { scheduler: false }, argv: ['-s'] }), { config: { scheduler: true } })
  t.match(await of('-P', 'a', '-P', 'b', '-n', 'w', '--results-ttl', '7', '-S', 'json', '-b', 'high', 'low'), {
    path: [join(process.cwd(), 'a'), join(process.cwd(), 'b')],
    name: 'w',
    resultsTtl: 7,
    serializer: 'json',
    burst: true,
    queues: ['high', 'low'],
  })
  t.match(await of('--log-format', '%(message)s', '--date-format', '%H', '--disable-job-desc-logging', '--pid', 'p'), {
    logFormat: '%(message)s',
    dateFormat: '%H',
    disableJobDescLogging: true,
    pid: 'p',
  })
})
