"""From looks and histories to states with covariance: how far what is published about an object may be off."""
