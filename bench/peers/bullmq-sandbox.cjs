// The processor that BullMQ runs in its child processes.
const driver = import('./driver.mjs')

module.exports = async ({ data }) => (await driver).perform(data)
