// `npm test [-- files or folders of test sources]`: provide what the tests need, compile, run, and say the totals.
import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { aptInstall, mayInstall } from './lib/apt.mjs'
import { provideBuilds } from './lib/build.mjs'
import { provideDependencies } from './lib/dependencies.mjs'
import { findProgram } from './lib/find-program.mjs'
import { killLeaks, lastingLeaks, markName } from './lib/leaks.mjs'
import { root } from './lib/paths.mjs'
import { providePromtool } from './lib/promtool.mjs'
import { provideRedisServer, redisAdvice } from './lib/redis-server.mjs'
import { run } from './lib/run.mjs'
import { step } from './lib/steps.mjs'
import { TapReport } from './lib/tap-report.mjs'
import { compiledTest, findTests, imports } from './lib/test-files.mjs'

// Of a file. It is for what hangs: on a machine that others use too, the browser takes two minutes for a long one.
const TIMEOUT_SEC = 600
const isCi = ['true', '1'].includes(process.env.CI ?? '')
const say = (line) => process.stdout.write(`${line}\n`)

/** Something that tests need is missing: an error where nothing may be skipped, else a word of warning. */
function missing(advice) {
  if (isCi) throw new Error(advice)
  say(`${advice}\nTests that need it are skipped.\n`)
}

async function provide() {
  await provideDependencies()
  const redis = await provideRedisServer()
  if (redis === undefined) missing(redisAdvice)
  else if (process.env.RQD_TEST_REDIS_SERVER) say((await run(redis, ['--version'])).trim())
  if (findProgram('redis-cli') === undefined && mayInstall()) await aptInstall(['redis-tools'])
  if (!hasPythonRq() && mayInstall()) await aptInstall(['python3-rq'])
  if (!hasPythonRq()) missing('Python RQ is not installed. On Debian and Ubuntu: sudo apt-get install python3-rq')
  if (!hasRubyRedis() && mayInstall()) await aptInstall(['ruby-redis'])
  if (!hasRubyRedis())
    missing('Ruby with its gem redis is not installed. On Debian and Ubuntu: sudo apt-get install ruby-redis')
  if (!hasPhpRedis() && mayInstall()) await aptInstall(['php-cli', 'php-redis'])
  if (!hasPhpRedis())
    missing(
      'PHP with its extension redis is not installed. On Debian and Ubuntu: sudo apt-get install php-cli php-redis',
    )
  await provideRigs()
  if (findProgram('ip') === undefined && mayInstall()) await aptInstall(['iproute2'])
  if (findProgram('ip') === undefined || process.getuid?.() !== 0)
    missing('Tests on several hosts need root, and the program ip. On Debian and Ubuntu: sudo apt-get install iproute2')
  const lackingTools = Object.keys(socketTools).filter((name) => findProgram(name) === undefined)
  if (lackingTools.length > 0 && mayInstall()) await aptInstall(lackingTools.map((name) => socketTools[name]))
  if (Object.keys(socketTools).some((name) => findProgram(name) === undefined))
    missing('socat or nc is not installed. On Debian and Ubuntu: sudo apt-get install socat netcat-openbsd')
  if (!hasPrometheusParser() && mayInstall()) await aptInstall(['python3-prometheus-client'])
  if (!hasPrometheusParser())
    missing("Prometheus' parser is not installed. On Debian and Ubuntu: sudo apt-get install python3-prometheus-client")
  if (!hasChromium() && mayInstall()) await aptInstall(['chromium'])
  if (!hasChromium()) missing('Chromium is not installed. On Debian and Ubuntu: sudo apt-get install chromium')
  if ((await providePromtool()) === undefined)
    missing('promtool is not installed. It comes with Prometheus: https://prometheus.io/download')
  await step('Compiling the tests', () => run('npm', ['run', '--silent', 'build:test']))
  await provideBuilds('package', 'examples')
  return redis !== undefined
}

/** The service managers that daemons are tested under; the rigs install them without starting them. */
async function provideRigs() {
  const missingRigs = Object.entries(rigs).filter(([, program]) => findProgram(...program) === undefined)
  for (const [rig] of mayInstall() ? missingRigs : []) {
    await step(`Installing what ${rig} needs`, () => run('bash', [join(root, 'test', 'rigs', rig), 'install']))
  }
  if (!mayInstall() && (missingRigs.length > 0 || process.getuid?.() !== 0)) missing(rigAdvice)
}

const rigs = { 'systemd-rig': ['systemd', '/lib/systemd'], 'supervisor-rig': ['supervisord', '/usr/bin'] }

const rigAdvice =
  'Tests under systemd and Supervisor need root, and Debian’s packages systemd, dbus, libnss-systemd and supervisor'

// The runner's own points, about a file that hangs, are not named after files.
const shownName = (name) => (name.startsWith('build/') ? relative('build', name).replace(/\.js$/, '.ts') : name)

// Debian's package puts its program here; another `rq` on the PATH may be anything.
const hasPythonRq = () => findProgram('rq', '/usr/bin') !== undefined

// What speaks to a Unix socket, with Debian's package of it.
const socketTools = { socat: 'socat', nc: 'netcat-openbsd' }

const hasRubyRedis = () => spawnSync('ruby', ['-e', 'require "redis"']).status === 0

const hasPhpRedis = () => spawnSync('php', ['-r', 'exit(class_exists("Redis") ? 0 : 1);']).status === 0

// Debian's, where the tests look for it.
const hasChromium = () => findProgram('chromium', '/usr/bin') !== undefined

const hasPrometheusParser = () => spawnSync('/usr/bin/python3', ['-c', 'import prometheus_client']).status === 0

/** Run test files with the runner. @returns its exit code, or the signal that ended it */
function runTap(files, env, report) {
  const program = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs')
  const jobs = Math.min(4, Math.max(2, availableParallelism()))
  const flags = ['run', '--disable-coverage', '--reporter=tap', `--jobs=${jobs}`, `--timeout=${TIMEOUT_SEC}`]
  const child = spawn(process.execPath, [program, ...flags, ...files], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const relay = (signal) => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, relay)
  createInterface({ input: child.stdout }).on('line', (line) => report.line(line))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
}

async function main() {
  const wanted = findTests(process.argv.slice(2))
  const hasRedis = await provide()
  const tests = wanted.filter((test) => hasRedis || !imports(test, 'helpers/redis'))
  const unfit = wanted.length - tests.length
  const mark = randomUUID()
  const folder = mkdtempSync(join(tmpdir(), 'rqd-t-'))
  // Programs that are tested read REDIS_URL themselves: only the tests' own helper may follow it.
  const { REDIS_URL: serverUrl = '', ...inherited } = process.env
  const env = { ...inherited, [markName]: mark, TMPDIR: folder }
  if (serverUrl !== '') env.RQD_TEST_REDIS_URL = serverUrl
  const report = new TapReport(say, shownName)
  try {
    const files = tests.map(compiledTest)
    const end = files.length === 0 ? 0 : await runTap(files, env, report)
    // The runner gives up when a file hangs.
    const unheard = files.filter((file) => !report.ended.has(file))
    for (const file of unheard) say(`✗ ${file} has not been run to its end`)
    const leaks = await lastingLeaks(mark, folder)
    killLeaks(leaks)
    for (const { pid, command } of leaks) say(`✗ a test left a process behind: ${pid} ${command}`)
    // Caches of Node and npm are meant to stay.
    const left = readdirSync(folder).filter((name) => !/compile-cache/.test(name))
    for (const name of left) say(`  left in the temporary folder: ${name}`)
    const { passed, failed, skipped } = report.totals ?? { passed: 0, failed: 0, skipped: 0 }
    if (report.totals === undefined && tests.length > 0) say(`✗ the test runner ended (${end}) without totals`)
    if (passed + failed === 0) say('✗ no test was run')
    say(`\n${passed} passed, ${failed} failed, ${skipped + unfit} skipped`)
    return end === 0 && failed === 0 && passed > 0 && unheard.length + leaks.length === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`\nnpm test: ${error.message}`)
  say('0 passed, 1 failed, 0 skipped')
  process.exitCode = 1
}
