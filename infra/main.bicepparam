// Every parameter of main.bicep, from the azd environment: `azd env set NODE_VERSION 24`.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param additionalLocations = json(readEnvironmentVariable('ADDITIONAL_LOCATIONS', '[]'))
param multiRegionWrites = bool(readEnvironmentVariable('MULTI_REGION_WRITES', 'false'))
param zoneRedundant = bool(readEnvironmentVariable('ZONE_REDUNDANT', 'false'))
param privateNetworking = bool(readEnvironmentVariable('PRIVATE_NETWORKING', 'false'))
param nodeVersion = readEnvironmentVariable('NODE_VERSION', '22')
param cosmosCapacity = readEnvironmentVariable('COSMOS_CAPACITY', 'serverless')
param autoscaleMaxThroughput = int(readEnvironmentVariable('AUTOSCALE_MAX_THROUGHPUT', '1000'))
param maximumInstanceCount = int(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '100'))
param instanceMemoryMB = int(readEnvironmentVariable('INSTANCE_MEMORY_MB', '2048'))
param alwaysReadyInstances = int(readEnvironmentVariable('ALWAYS_READY_INSTANCES', '0'))
param authIssuer = readEnvironmentVariable('AUTH_ISSUER', '')
param authAudience = readEnvironmentVariable('AUTH_AUDIENCE', '')
param appSettings = json(readEnvironmentVariable('APP_SETTINGS', '{}'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
