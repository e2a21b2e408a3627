import { spawnSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { type Finished, runProgram } from './daemon.js'
import { compiledRoot, projectRoot } from './paths.js'
import { waitFor } from './wait-for.js'

const rig = join(projectRoot, 'test/rigs/systemd-rig')
/** Where the project lies inside: its own place may be one that services do not see (/tmp, /root). */
const inside = '/opt/rqd'

/** Why tests under a real systemd cannot run here; false where they can. In CI they always must. */
export const withoutSystemd: string | false =
  process.env['CI'] === 'true' || (process.getuid?.() === 0 && hasPrograms())
    ? false
    : 'a private systemd needs root, and Debian’s packages systemd, dbus and libnss-systemd'

function hasPrograms(): boolean {
  const looks = 'test -x /lib/systemd/systemd && test -e /usr/share/dbus-1/system.conf && unshare -m true'
  return spawnSync('sh', ['-c', `${looks} && ls /usr/lib/*/libnss_systemd.so.2`], { stdio: 'ignore' }).status === 0
}

/** A systemd of its own, with Redis and the units of `contrib/systemd` installed in it. */
export interface TestSystemd {
  /** Run a program inside. */
  run(...command: string[]): Promise<Finished>
  /** The same for one that must succeed. @returns what it printed */
  must(...command: string[]): Promise<string>
  /** A property of a unit. */
  show(property: string, unit?: string): Promise<string>
  /** Resolves when a property of a unit is so. */
  shows(property: string, expected: RegExp, unit?: string): Promise<string>
  /** What a unit has logged. */
  journal(unit?: string): Promise<string>
  /** Write a file inside, for everybody to read. */
  write(path: string, text: string): Promise<void>
  /** Settings for a unit beside those of contrib, in force at its next start. */
  dropIn(text: string, unit?: string): Promise<void>
  /** A file inside, as it is called outside. */
  outside(path: string): string
  /** On the Redis inside. */
  readonly client: Redis
}

/** The folder of task modules inside. */
export const tasksInside = `${inside}/test/fixtures/tasks`

/** Start one for this test; it ends with it. `settings`: of the environment file. */
export async function startSystemd(t: Test, settings: Readonly<Record<string, string>> = {}): Promise<TestSystemd> {
  const name = `rqd-${process.pid}`
  const base = [rig, '-n', name]
  const bash = (args: readonly string[]): Promise<Finished> => runProgram('bash', [...base, ...args])
  const must = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await bash(args)
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
    return stdout
  }
  t.teardown(() => bash(['down', '--now']))
  await must(['up', '--ro', projectRoot, t.testdir({})])
  const root = (await must(['root'])).trim()
  const outside = (path: string): string => join(root, path)
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(outside(path)), { recursive: true })
    await writeFile(outside(path), text)
  }
  const systemd: TestSystemd = {
    run: (...command) => bash(['run', ...command]),
    must: (...command) => must(['run', ...command]),
    show: async (property, unit = 'rqd') => (await must(['run', 'systemctl', 'show', '-P', property, unit])).trim(),
    shows: async (property, expected, unit) => {
      let last = ''
      try {
        return await waitFor(
          `${property} to be like ${String(expected)}`,
          async () => {
            last = await systemd.show(property, unit)
            return expected.test(last) && last
          },
          30_000,
        )
      } catch (thrown) {
        throw new Error(`${String(thrown)}; it is ${last}; its journal:\n${await systemd.journal(unit)}`, {
          cause: thrown,
        })
      }
    },
    journal: (unit = 'rqd') => must(['run', 'journalctl', '-u', unit, '--no-pager', '-o', 'cat']),
    write,
    dropIn: async (text, unit = 'rqd') => {
      await write(`/etc/systemd/system/${unit}.service.d/test.conf`, text)
      await must(['run', 'systemctl', 'daemon-reload'])
    },
    outside,
    client: new Redis({ path: outside('/run/redis/redis.sock'), lazyConnect: true, retryStrategy: () => 100 }),
  }
  // Tests stop Redis on purpose.
  systemd.client.on('error', () => undefined)
  t.teardown(() => systemd.client.disconnect())
  await install(systemd, settings)
  return systemd
}

async function install(systemd: TestSystemd, settings: Readonly<Record<string, string>>): Promise<void> {
  const { must, write, outside } = systemd
  await must('mkdir', '-p', inside, '/opt/node', '/run/gates', '/etc/rqd')
  await chmod(outside('/run/gates'), 0o777)
  await must('mount', '--bind', projectRoot, inside)
  await must('mount', '--bind', dirname(process.execPath), '/opt/node')
  for (const program of ['rqd', 'rqctl']) {
    const compiled = compiledRoot.replace(projectRoot, inside)
    await write(
      `/usr/local/bin/${program}`,
      `#!/bin/sh\nexec /opt/node/node ${compiled}/daemon/bin/${program}.js "$@"\n`,
    )
    await chmod(outside(`/usr/local/bin/${program}`), 0o755)
  }
  const all = { RQD_URL: 'unix:///run/redis/redis.sock', RQD_PATH: tasksInside, RQD_EXECUTORS: '2', ...settings }
  await write(
    '/etc/default/rqd',
    Object.entries(all)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  await write('/etc/systemd/system/redis-server.service', redisUnit)
  await must('sh', '-c', `cp ${inside}/contrib/systemd/*.service /etc/systemd/system/ && systemctl daemon-reload`)
}

const redisUnit = `[Service]
RuntimeDirectory=redis
ExecStart=redis-server --port 0 --unixsocket /run/redis/redis.sock --unixsocketperm 777 --save '' --dir /run/redis
ExecStartPost=sh -c 'until redis-cli -s /run/redis/redis.sock ping; do sleep 0.05; done'
`

/** The clock by which systemd writes down when something happened, seconds. */
export function monotonicSec(): number {
  return Number(process.hrtime.bigint()) / 1e9
}
