"""The phone's face of the reward: my points for everybody, the counter for shop keepers."""
