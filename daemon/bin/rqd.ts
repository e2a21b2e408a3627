#!/usr/bin/env node
import { keepCompiledCode } from '../compile-cache.js'
import { keepHeapSmall } from '../memory.js'

keepHeapSmall()
keepCompiledCode(process.env)
const { main } = await import('../cli/rqd.js')

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
})
