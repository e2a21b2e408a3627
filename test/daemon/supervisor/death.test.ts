import t from 'tap'
import { outcomeOfDeath, type Death } from '../../../daemon/supervisor/death.js'

const death: Death = {
  exit: { pid: 77, code: null, signal: 'SIGKILL' },
  reason: null,
  oomKiller: null,
  peakRssBytes: 50 * 1024 * 1024,
  cpuMs: 1_500,
  output: ['one', 'two'],
  breach: null,
}

t.test("a killed executor gives RQ's words, then ours, then the certificate", async (t) => {
  const outcome = outcomeOfDeath(death, 180, 2.5)
  t.match(outcome, {
    kind: 'died',
    certificate: { cause: 'signal', signal: 'SIGKILL', exitCode: null, pid: 77, cpuSec: 1.5, runSec: 2.5 },
  })
  t.equal(
    'text' in outcome && outcome.text,
    [
      'Work-horse terminated unexpectedly; waitpid returned 9 (signal 9); ',
      'The executor (pid 77) was killed by SIGKILL while the job ran.',
      '',
      'Death certificate:',
      '  cause      signal',
      '  executor   pid 77, killed by SIGKILL',
      '  run time   2.500 s',
      '  CPU time   1.500 s',
      '  peak RSS   50.0 MiB',
      '  last output',
      '    one',
      '    two',
    ].join('\n'),
  )
})

t.test('want of memory is named as such, and only where somebody says so', async (t) => {
  const cause = (changed: Partial<Death>): unknown => {
    const outcome = outcomeOfDeath({ ...death, ...changed }, 180, 1)
    return outcome.kind === 'died' ? outcome.certificate.cause : undefined
  }
  t.equal(cause({ oomKiller: 'cgroup' }), 'out of memory (cgroup limit)')
  t.equal(cause({ oomKiller: 'kernel' }), 'out of memory (kernel)')
  const heap = ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory']
  t.equal(cause({ exit: { pid: 1, code: null, signal: 'SIGABRT' }, output: heap }), 'out of memory (V8 heap limit)')
  t.equal(cause({ exit: { pid: 1, code: null, signal: 'SIGABRT' } }), 'signal')
  t.equal(cause({ exit: { pid: 1, code: null, signal: 'SIGSEGV' }, oomKiller: 'kernel' }), 'signal')
})

t.test('one that was killed because it broke the protocol says how (C12)', async (t) => {
  t.match(outcomeOfDeath({ ...death, breach: 'bad order: ready came twice', oomKiller: 'kernel' }, 180, 1), {
    kind: 'died',
    text: /was killed by SIGKILL while the job ran: protocol error \(bad order: ready came twice\)\./,
    certificate: { cause: 'protocol error' },
  })
})

t.test('an exit code is given as the raw wait status that RQ prints', async (t) => {
  const outcome = outcomeOfDeath({ ...death, exit: { pid: 5, code: 3, signal: null } }, 180, 1)
  t.match(outcome, { kind: 'died', text: /waitpid returned 768; \n.*exit code 3/, certificate: { cause: 'exit code' } })
})

t.test('a death of our own making is told by its reason', async (t) => {
  t.match(outcomeOfDeath({ ...death, reason: 'timeout' }, 30, 31), {
    kind: 'raised',
    text: /^rq\.timeouts\.JobTimeoutException: Task exceeded maximum timeout value \(30 seconds\)\n/,
    certificate: { cause: 'timeout' },
  })
  t.match(outcomeOfDeath({ ...death, reason: 'stopped' }, 30, 1), {
    kind: 'stopped',
    text: /^Job stopped by user, work-horse terminated\.\n/,
    certificate: { cause: 'operator stop' },
  })
  t.same(outcomeOfDeath({ ...death, reason: 'shutdown' }, 30, 1), { kind: 'interrupted' })
})
