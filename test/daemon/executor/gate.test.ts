import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { newGateMemory, passGate, revoke } from '../../../daemon/executor/gate.js'

void t.test('a job passes unless it was revoked before; the answer names the last one begun', (t) => {
  const gate = newGateMemory()
  t.equal(passGate(gate, 1), 'begin')
  t.equal(revoke(gate, 3), 1)
  t.equal(passGate(gate, 2), 'revoked')
  t.equal(passGate(gate, 3), 'revoked')
  t.equal(passGate(gate, 4), 'begin')
  t.equal(revoke(gate, 4), 4)
  t.end()
})

// The other thread revokes whatever is ahead, again and again, while this one begins jobs as fast as it can.
const revoker = `
  const { workerData, parentPort } = require('node:worker_threads')
  import(workerData.module).then(({ revoke }) => {
    parentPort.postMessage('ready')
    const answers = []
    let last = 0
    while (last < workerData.jobs) {
      const upToSeq = Math.min(workerData.jobs, Math.max(last, Atomics.load(workerData.gate, 0)) + 1 + (answers.length % 4))
      answers.push([upToSeq, revoke(workerData.gate, upToSeq)])
      last = upToSeq
    }
    parentPort.postMessage(answers)
  })
`

void t.test('between two threads, no job is both begun and taken for given back', async (t) => {
  const jobs = 200_000
  const gate = newGateMemory()
  const module = new URL('../../../daemon/executor/gate.js', import.meta.url).href
  const thread = new Worker(revoker, { eval: true, workerData: { gate, jobs, module }, execArgv: [], env: {} })
  await once(thread, 'message')
  const answered = once(thread, 'message')
  const begun = new Set<number>()
  const unsure = new Set<number>()
  for (let seq = 1; seq <= jobs; seq++) {
    const reply = passGate(gate, seq)
    if (reply === 'begin') begun.add(seq)
    else if (reply === 'unsure') unsure.add(seq)
  }
  const [answers] = (await answered) as [[upToSeq: number, begunSeq: number][]]
  let wrong = 0
  // Both numbers only grow, so each job is looked at once: where one thread stands still, many answers are about the same.
  let lookedUpToSeq = 0
  for (const [upToSeq, begunSeq] of answers) {
    for (let seq = Math.max(begunSeq, lookedUpToSeq) + 1; seq <= upToSeq; seq++) if (begun.has(seq)) wrong += 1
    lookedUpToSeq = upToSeq
  }
  t.equal(wrong, 0, `${begun.size} begun, ${unsure.size} unsure, ${answers.length} answers`)
  await thread.terminate()
})
