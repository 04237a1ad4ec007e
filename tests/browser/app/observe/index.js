module.exports = async (context, orders) => context.log('changed', orders.map(({ id }) => id).join(' '));
