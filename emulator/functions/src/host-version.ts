/** Of the Functions runtime whose behaviour is offered. */
export const HOST_VERSION = '4.1052.200';
