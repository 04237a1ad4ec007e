// What somebody has to be told of; what to do then is in docs/operations.md.
param suffix string
param location string
@description('Empty: nobody is written to.')
param email string
param cosmosAccountId string
param workspaceId string
param insightsId string
@description('Where each region says that it serves.')
param healthUrls string[]

// West Europe, East US, Southeast Asia, by the names that the service has for them.
var testLocations = ['emea-nl-ams-azr', 'us-va-ash-azr', 'apac-sg-sin-azr']

var queries = [
  {
    name: 'failed-requests'
    description: 'Requests that were answered 5xx'
    severity: 1
    threshold: 5
    query: 'AppRequests | where toint(ResultCode) >= 500'
  }
  {
    name: 'slow-requests'
    description: 'Requests that took more than two seconds'
    severity: 3
    threshold: 20
    query: 'AppRequests | where toint(ResultCode) > 0 and DurationMs > 2000'
  }
  {
    name: 'late-notifications'
    description: 'Notifications that reached nobody for five minutes'
    severity: 3
    threshold: 10
    query: 'AppMetrics | where Name == "graph.notification.delay" and Max > 300'
  }
  {
    name: 'poison-messages'
    description: 'Messages that failed until they were given up, and moved to a poison queue'
    severity: 2
    threshold: 0
    query: 'StorageQueueLogs | where OperationName == "PutMessage" and Uri has "-poison" and StatusCode startswith "2"'
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  properties: {
    enabled: true
    groupShortName: 'operations'
    emailReceivers: empty(email) ? [] : [{ name: 'email', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource throttled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'throttled-${suffix}'
  location: 'global'
  properties: {
    description: 'Requests that Cosmos DB refused with 429, after which the SDK tries again'
    severity: 2
    enabled: true
    scopes: [cosmosAccountId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'throttled'
          metricNamespace: 'Microsoft.DocumentDB/databaseAccounts'
          metricName: 'TotalRequests'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 100
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
        }
      ]
    }
    actions: [{ actionGroupId: group.id }]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for item in queries: {
    name: '${item.name}-${suffix}'
    location: location
    kind: 'LogAlert'
    properties: {
      displayName: item.name
      description: item.description
      severity: item.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      // A table is there only once something was written to it.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: item.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: item.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]

resource availability 'Microsoft.Insights/webtests@2022-06-15' = [
  for (url, i) in healthUrls: {
    name: 'availability-${suffix}${i}'
    location: location
    tags: { 'hidden-link:${insightsId}': 'Resource' }
    kind: 'standard'
    properties: {
      SyntheticMonitorId: 'availability-${suffix}${i}'
      Name: 'availability-${suffix}${i}'
      Kind: 'standard'
      Enabled: true
      Frequency: 300
      Timeout: 30
      RetryEnabled: true
      Locations: map(testLocations, id => { Id: id })
      Request: {
        RequestUrl: url
        HttpVerb: 'GET'
        ParseDependentRequests: false
      }
      ValidationRules: {
        ExpectedHttpStatusCode: 200
        SSLCheck: true
        SSLCertRemainingLifetimeCheck: 7
      }
    }
  }
]

resource unavailable 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for (url, i) in healthUrls: {
    name: 'unavailable-${suffix}${i}'
    location: 'global'
    tags: { 'hidden-link:${insightsId}': 'Resource', 'hidden-link:${availability[i].id}': 'Resource' }
    properties: {
      description: 'A region does not answer, seen from two places'
      severity: 1
      enabled: true
      scopes: [insightsId, availability[i].id]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
        webTestId: availability[i].id
        componentId: insightsId
        failedLocationCount: 2
      }
      actions: [{ actionGroupId: group.id }]
    }
  }
]
