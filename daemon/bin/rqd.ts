#!/usr/bin/env node
import { keepCompiledCode } from '../compile-cache.js'
import { keepHeapSmall } from '../memory.js'

keepHeapSmall()
keepCompiledCode(process.env)
const { main } = await import('../cli/rqd.js')

// A configuration that is a program may have left a timer or a connection behind, which would keep us here.
const exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
})
process.exit(exitCode)
