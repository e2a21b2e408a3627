import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadSettings } from '../../../daemon/config/load-settings.js'
import { type Configuration, configure } from '../../../daemon/config/make-config.js'

/** Load a configuration from a folder with this file. */
async function load(folder: string, named?: string): Promise<Configuration> {
  return configure((await loadSettings({ flags: new Map(), configFile: named, environment: {}, folder })).settings)
}

async function folderWith(t: Test, name: string, text: string | Uint8Array): Promise<string> {
  const folder = t.testdir({})
  await writeFile(join(folder, name), text)
  return folder
}

const wanted = { queues: ['high', 'low'], url: 'redis://r.example:7000/3', name: 'web', executors: 4, resultsTtl: 3600 }

const texts: Record<string, string> = {
  'rqd.config.json': JSON.stringify({ ...wanted, path: 'tasks' }),
  'rqd.config.yaml': `# ours
queues: [high, low]
url: redis://r.example:7000/3
name: web
executors: 4
results-ttl: 1h
path: tasks
`,
  'rqd.config.yml': `QUEUES: [high, low]
REDIS_HOST: r.example
REDIS_PORT: 7000
REDIS_DB: 3
NAME: web
EXECUTORS: 4
RESULTS_TTL: 1h
PATH: tasks
`,
  'rqd.config.toml': `queues = ["high", "low"]
url = "redis://r.example:7000/3"
name = "web"
executors = 4
results_ttl = "1h"
path = ["tasks"]
`,
  'rqd.config.mjs': `export default { queues: ['high', 'low'], url: 'redis://r.example:7000/3', name: 'web', executors: 2 + 2,
    resultsTtl: '1h', path: ['tasks'] }`,
  'rqd.config.js': `export const QUEUES = ['high', 'low']
export const REDIS_URL = 'redis://r.example:7000/3'
export const NAME = 'web'
export const EXECUTORS = 4
export const RESULTS_TTL = '1h'
export const PATH = ['tasks']
`,
}

for (const [name, text] of Object.entries(texts)) {
  t.test(`${name} in the working directory is read; its paths count from its folder (W14)`, async (t) => {
    const folder = await folderWith(t, name, text)
    const { config, origins } = await load(folder)
    t.match(config, { ...wanted, path: [join(folder, 'tasks')] })
    t.match(origins.get('executors'), { kind: 'file', file: join(folder, name) })
    t.match(origins.get('spares'), { kind: 'default' })
    if (/json|ya?ml/.test(name)) t.type((origins.get('executors') as { line?: unknown }).line, 'number')
  })
}

t.test('a file of any name and place may be named', async (t) => {
  const folder = await folderWith(t, 'rqd.config.json', '{"name": "here"}')
  await mkdir(join(folder, 'etc'))
  await writeFile(join(folder, 'etc', 'prod.toml'), 'name = "there"\nsocket = "run/rqd.sock"\npid = "~/rqd.pid"\n')
  t.match((await load(folder, 'etc/prod.toml')).config, {
    name: 'there',
    socket: join(folder, 'etc/run/rqd.sock'),
    pid: '~/rqd.pid',
  })
  t.match((await load(folder)).config, { name: 'here' })
})

t.test("RQ's SENTINEL is understood (W14)", async (t) => {
  const text = `SENTINEL:
  INSTANCES: [[s1.example, 26379], 's2.example:26380']
  MASTER_NAME: jobs
  SOCKET_TIMEOUT: 2
  PASSWORD: secret
  DB: 2
`
  t.match((await load(await folderWith(t, 'rqd.config.yaml', text))).config.sentinel, {
    instances: [
      ['s1.example', 26_379],
      ['s2.example', 26_380],
    ],
    masterName: 'jobs',
    socketTimeoutSec: 2,
    password: 'secret',
    db: 2,
    ssl: false,
  })
})

t.test(
  "the arguments of redis-py in RQ's SENTINEL are understood: who we are to Redis and to sentinels, and TLS",
  async (t) => {
    const text = `SENTINEL:
  INSTANCES: [s1.example:26379]
  USERNAME: worker
  PASSWORD: secret
  SSL: true
  CONNECTION_KWARGS: {ssl_ca_certs: ca.pem, ssl_certfile: /c.pem, ssl_keyfile: /k.pem}
  SENTINEL_KWARGS: {username: watcher, password: other, ssl: false}
`
    const folder = await folderWith(t, 'rqd.config.yaml', text)
    const { sentinel } = (await load(folder)).config
    t.match(sentinel, {
      username: 'worker',
      password: 'secret',
      sentinelUsername: 'watcher',
      sentinelPassword: 'other',
      ssl: true,
      sentinelSsl: false,
      tls: { caCerts: join(folder, 'ca.pem'), certfile: '/c.pem', keyfile: '/k.pem' },
    })
  },
)

t.test('an empty file says nothing', async (t) => {
  t.match((await load(await folderWith(t, 'rqd.config.yaml', '# nothing yet\n'))).config, { spares: 1 })
})

const wrong: [title: string, file: string, text: string | Uint8Array, message: RegExp][] = [
  [
    'an unknown argument of redis-py',
    'rqd.config.yaml',
    'SENTINEL: {CONNECTION_KWARGS: {retry: 3}}\n',
    /SENTINEL.*retry/,
  ],
  [
    'a misspelt name',
    'rqd.config.yaml',
    'name: a\nexecuters: 3\n',
    /yaml line 2: executers is no option.*did you mean executors\?/,
  ],
  [
    'a misspelt name of RQ',
    'rqd.config.json',
    '{\n"REDIS_HOTS": "a"}',
    /json line 2: REDIS_HOTS.*did you mean redis-host\?/,
  ],
  ['a misspelt name in TOML', 'rqd.config.toml', 'executers = 3', /toml: executers is no option.*executors/],
  [
    'a wrong value',
    'rqd.config.json',
    '{\n "name": "a",\n "executors": "many"\n}',
    /json line 3: executors is "many": expected a whole number/,
  ],
  ['a wrong value in TOML', 'rqd.config.toml', 'burst = 3', /toml: burst is 3: expected true or false/],
  ['a wrong port', 'rqd.config.yaml', 'REDIS_PORT: 99999', /yaml line 1: REDIS_PORT is 99999; expected a port/],
  [
    'one option twice',
    'rqd.config.yaml',
    'url: redis://a\nREDIS_URL: redis://b',
    /url and REDIS_URL are the same option/,
  ],
  [
    "Python's logging",
    'rqd.config.yaml',
    'DICT_CONFIG: {}',
    /DICT_CONFIG is for the logging module of Python; set logLevel/,
  ],
  ['broken JSON', 'rqd.config.json', '{\n "a": 1,\n b}', /rqd.config.json cannot be read: line 3 is no JSON/],
  ['cut JSON', 'rqd.config.json', '{"a": ', /rqd.config.json cannot be read: .*JSON/],
  ['broken YAML', 'rqd.config.yaml', 'a: 1\nb: [1,\n', /rqd.config.yaml cannot be read: line \d is no YAML/],
  ['a tag of Python', 'rqd.config.yaml', 'queues: !!python/tuple [a]', /line 1 is no YAML: .*tag/],
  ['broken TOML', 'rqd.config.toml', 'a = 1\nb = = 2', /rqd.config.toml cannot be read: line 2 is no TOML/],
  ['a program that throws', 'rqd.config.mjs', 'throw new Error("no such vault")', /mjs does not load: no such vault/],
  ['a program that is none', 'rqd.config.mjs', 'export default {', /mjs does not load: /],
  ['a list', 'rqd.config.json', '[1]', /json holds \[1\]; expected options by name/],
  ['a text', 'rqd.config.yaml', 'hello', /yaml holds "hello"; expected options by name/],
  ['a function', 'rqd.config.mjs', 'export default () => 3', /mjs holds a function; expected options/],
  ['bytes that are no text', 'rqd.config.yaml', Uint8Array.of(0x61, 0xff, 0xfe), /its bytes are not UTF-8 text/],
  ['a huge file', 'rqd.config.json', ' '.repeat(256 * 1024 + 1), /it has 262145 bytes; expected at most 262144/],
  [
    'a YAML bomb',
    'rqd.config.yaml',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h']
      .map(
        (n, i) =>
          `${n}: &${n} [${Array<string>(9)
            .fill(`*${'abcdefg'[i] ?? ''}`)
            .join(',')}]`,
      )
      .join('\n')}`,
    /rqd.config.yaml cannot be read: .*alias/,
  ],
  ['deep nesting', 'rqd.config.json', `{"queues": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`, /rqd.config.json/],
]

for (const [title, file, text, message] of wrong) {
  t.test(`${title} is refused by name (W14)`, async (t) => {
    await t.rejects(load(await folderWith(t, file, text)), { code: 'RQD_BAD_OPTION', message })
  })
}

t.test(
  'C8: the ending of a file that is named may be left out, as rqd@.service does, if there is one such file',
  async (t) => {
    const folder = await folderWith(t, 'mail.eu.yaml', 'queues: [letters]')
    t.same((await load(folder, 'mail.eu')).config.queues, ['letters'])
    await writeFile(join(folder, 'mail.eu.json'), '{}')
    await t.rejects(load(folder, 'mail.eu'), { message: /has mail.eu.json and mail.eu.yaml; expected one/ })
  },
)

t.test('a file that is not there, is none, or is not the only one, is refused by name', async (t) => {
  const folder = await folderWith(t, 'rqd.config.json', '{}')
  const refused = (named: string, message: RegExp): Promise<unknown> =>
    t.rejects(load(folder, named), { code: 'RQD_BAD_OPTION', message })
  await refused('nowhere.yaml', /nowhere.yaml cannot be read: ENOENT.*expected a file that ends in .json, .yaml/)
  await refused('settings.py', /settings.py is Python.*names of settings may stay/)
  await refused('settings', /settings has none of the known endings; expected/)
  await mkdir(join(folder, 'folder.yaml'))
  await refused('folder.yaml', /folder.yaml is a folder; expected/)
  await writeFile(join(folder, 'rqd.config.toml'), '')
  await t.rejects(load(folder), { message: /has rqd.config.json and rqd.config.toml; expected one/ })
})
