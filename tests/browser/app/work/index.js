const { existsSync } = require('node:fs');
const { join } = require('node:path');

// Fails until the file `mended` is there, as if its bug were mended.
module.exports = async (context, item) => {
  if (!existsSync(join(__dirname, 'mended'))) throw new Error(`Cannot work on ${JSON.stringify(item)}`);
  context.log('worked on', JSON.stringify(item));
};
